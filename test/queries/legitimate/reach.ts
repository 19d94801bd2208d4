import type { LegitimateQuery } from "../case.ts"
import { avg, bucket, count, days, dimension, numbers, sum, textParameter, words } from "../output.ts"
import { legitimate, mean, people, total } from "./bases.ts"

type Rest = Parameters<typeof legitimate>[4]
const media = (id: string, title: string, clauses: string, rest: Omit<Rest, "k">) =>
  legitimate("media", id, title, clauses, { k: 20, ...rest })
const perPerson = "WITH f AS (SELECT id, count(*) AS times FROM impressions GROUP BY id) "
const perPersonReference = "(SELECT id, count(*) AS times FROM impressions GROUP BY id)"

/** Overlap of audiences, reach and frequency. */
export const reach: readonly LegitimateQuery[] = [
  media(
    "overlap-by-region",
    "How many subscribers of each region saw an advertisement?",
    "QRY-1 QRY-2 QRY-3 GATE-2 GATE-7",
    {
      aggregates: [people(20)],
      output: [dimension("subscribers.region"), count("people")],
      reference: "SELECT s.region, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
      released: 2,
      sql: "SELECT subscribers.region, count(DISTINCT subscribers.id) AS people FROM subscribers JOIN impressions ON impressions.id = subscribers.id GROUP BY subscribers.region",
      withheld: { complement: 1, people: 1 },
    },
  ),
  media("overlap-total", "How many subscribers saw an advertisement at all?", "QRY-7", {
    aggregates: [people(20)],
    output: [count("people")],
    reference: "SELECT s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 1,
    sql: "SELECT count(DISTINCT s.id) AS people FROM subscribers AS s JOIN impressions AS i ON s.id = i.id",
    withheld: {},
  }),
  media("overlap-small", "Nobody is told of an overlap that is too small.", "GATE-2", {
    aggregates: [people(20)],
    output: [count("people")],
    reference:
      "SELECT s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id WHERE s.region = 'south' GROUP BY ALL",
    released: 0,
    sql: "SELECT count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON s.id = i.id WHERE s.region = 'south'",
    withheld: { people: 1 },
  }),
  media("overlap-empty", "An empty overlap is an ordinary result without groups.", "GATE-2 QRY-17", {
    aggregates: [people(20)],
    output: [dimension("subscribers.region"), count("people")],
    reference:
      "SELECT s.region, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id WHERE s.age > 99 GROUP BY ALL",
    released: 0,
    sql: "SELECT s.region, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON s.id = i.id WHERE s.age > 99 GROUP BY s.region",
    withheld: {},
  }),
  media("reach-by-campaign", "How many people did each campaign reach?", "QRY-3 QRY-12", {
    aggregates: [people(20)],
    output: [dimension("impressions.campaign"), count("people")],
    reference: "SELECT i.campaign, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 2,
    sql: "SELECT campaign, count(DISTINCT id) AS people FROM subscribers JOIN impressions USING (id) GROUP BY campaign",
    withheld: { complement: 1, people: 1 },
  }),
  media("reach-by-placement-and-campaign", "Reach by two dimensions.", "QRY-8 GATE-10", {
    aggregates: [people(20)],
    output: [dimension("impressions.placement"), dimension("impressions.campaign"), count("people")],
    reference:
      "SELECT i.placement, i.campaign, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 8,
    sql: "SELECT i.placement, i.campaign, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON s.id = i.id GROUP BY i.campaign, i.placement",
    withheld: { complement: 1, people: 3 },
  }),
  media("reach-publisher-alone", "Reach of a campaign among all whom the publisher knows.", "QRY-2", {
    aggregates: [people(20)],
    output: [dimension("impressions.placement"), count("people")],
    reference: "SELECT placement, id, 1 FROM impressions WHERE campaign = 'brand' GROUP BY ALL",
    released: 3,
    sql: "SELECT placement, count(DISTINCT id) AS people FROM impressions WHERE campaign = 'brand' GROUP BY placement",
    withheld: {},
  }),
  media("frequency", "How many people saw how many advertisements?", "QRY-5 QRY-6 RULE-5", {
    aggregates: [people(20)],
    output: [numbers("times", 0, 8), count("people")],
    reference: `SELECT f.times, f.id, 1 FROM ${perPersonReference} f JOIN subscribers s ON s.id = f.id`,
    released: 8,
    sql: `${perPerson}SELECT f.times AS times, count(DISTINCT f.id) AS people FROM f JOIN subscribers s ON s.id = f.id GROUP BY f.times`,
    withheld: {},
  }),
  media("frequency-average", "How many advertisements did a subscriber see on average?", "QRY-7 RULE-5 GATE-9", {
    aggregates: [people(20), mean(20, 0, 8, 1)],
    output: [dimension("subscribers.region"), count("people"), avg("frequency")],
    reference: `SELECT s.region, s.id, 1, f.times, 1 FROM ${perPersonReference} f JOIN subscribers s ON s.id = f.id`,
    released: 2,
    sql: `${perPerson}SELECT s.region, count(DISTINCT s.id) AS people, avg(f.times) AS frequency FROM f JOIN subscribers s ON s.id = f.id GROUP BY s.region`,
    withheld: { complement: 1, people: 1 },
  }),
  media("frequency-capped", "How many advertisements count when at most three a person do?", "QRY-7 RULE-7 GATE-8", {
    aggregates: [total(20, 0, 3)],
    output: [dimension("subscribers.region"), sum("capped")],
    reference: `SELECT s.region, s.id, least(f.times, 3), 1 FROM ${perPersonReference} f JOIN subscribers s ON s.id = f.id`,
    released: 2,
    sql: `${perPerson}SELECT s.region, sum(least(f.times, 3)) AS capped FROM f JOIN subscribers s ON s.id = f.id GROUP BY s.region`,
    withheld: { complement: 1, people: 1 },
  }),
  media("frequency-capped-in-cte", "The cap stands in a second common table expression.", "QRY-5 RULE-1", {
    aggregates: [people(20), total(20, 0, 3)],
    output: [dimension("subscribers.region"), count("people"), sum("capped")],
    reference: `SELECT s.region, s.id, 1, least(f.times, 3), 1 FROM ${perPersonReference} f JOIN subscribers s ON s.id = f.id`,
    released: 2,
    sql: "WITH f AS (SELECT id, count(*) AS times FROM impressions GROUP BY id), c AS (SELECT id, least(times, 3) AS times FROM f) SELECT s.region, count(DISTINCT c.id) AS people, sum(c.times) AS capped FROM c JOIN subscribers s ON s.id = c.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("frequency-classes", "Once, a few times, often.", "QRY-7 QRY-8", {
    aggregates: [people(20)],
    output: [words("class", "few", "often", "once"), count("people")],
    reference: `SELECT CASE WHEN times = 1 THEN 'once' WHEN times <= 4 THEN 'few' ELSE 'often' END, id, 1 FROM ${perPersonReference}`,
    released: 3,
    sql: `${perPerson}SELECT CASE WHEN f.times = 1 THEN 'once' WHEN f.times <= 4 THEN 'few' ELSE 'often' END AS class, count(DISTINCT f.id) AS people FROM f GROUP BY class`,
    withheld: {},
  }),
  media("frequency-of-long-views", "Views of at least half a minute, counted per person with a FILTER.", "QRY-6", {
    aggregates: [total(20, 0, 8)],
    output: [dimension("subscribers.region"), sum("views")],
    reference:
      "SELECT s.region, s.id, (SELECT count(*) FROM impressions i WHERE i.id = s.id AND i.seconds >= 30), 1 FROM subscribers s WHERE s.id IN (SELECT id FROM impressions)",
    released: 2,
    sql: "WITH f AS (SELECT id, count(*) FILTER (WHERE seconds >= 30) AS times FROM impressions GROUP BY id) SELECT s.region, sum(f.times) AS views FROM f JOIN subscribers s ON s.id = f.id GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("reach-by-age-band", "Reach by age band.", "QRY-8 RULE-4", {
    aggregates: [people(20)],
    output: [words("band", "18-29", "30-49", "50+"), count("people")],
    reference:
      "SELECT CASE WHEN s.age < 30 THEN '18-29' WHEN s.age < 50 THEN '30-49' ELSE '50+' END, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 3,
    sql: "SELECT CASE WHEN s.age < 30 THEN '18-29' WHEN s.age < 50 THEN '30-49' ELSE '50+' END AS band, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY CASE WHEN s.age < 30 THEN '18-29' WHEN s.age < 50 THEN '30-49' ELSE '50+' END",
    withheld: {},
  }),
  media("reach-by-decade", "Reach by decade of age.", "QRY-19", {
    aggregates: [people(20)],
    output: [numbers("decade", 10, 90, 10), count("people")],
    reference: "SELECT s.age // 10 * 10, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 9,
    sql: "SELECT s.age // 10 * 10 AS decade, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY decade",
    withheld: {},
  }),
  media("reach-by-month", "Reach by month.", "QRY-18 RULE-7", {
    aggregates: [people(20)],
    output: [days("month", "month", "2026-01-01", "2026-03-01"), count("people")],
    reference: "SELECT strftime(shown_at, '%Y-%m-01'), id, 1 FROM impressions GROUP BY ALL",
    released: 3,
    sql: "SELECT date_trunc('month', shown_at) AS month, count(DISTINCT id) AS people FROM impressions GROUP BY date_trunc('month', shown_at)",
    withheld: {},
  }),
  media("reach-by-week", "Reach by week.", "QRY-18", {
    aggregates: [people(20)],
    output: [days("week", "week", "2025-12-29", "2026-03-30"), count("people")],
    reference: "SELECT CAST(date_trunc('week', shown_at) AS DATE), id, 1 FROM impressions GROUP BY ALL",
    released: 14,
    sql: "SELECT date_trunc('week', i.shown_at) AS week, count(DISTINCT i.id) AS people FROM impressions i GROUP BY week",
    withheld: {},
  }),
  media("reach-by-hour", "Reach by hour of the day.", "QRY-10", {
    aggregates: [people(20)],
    output: [numbers("hour", 0, 23), count("people")],
    reference: "SELECT hour(i.shown_at), s.id, 1 FROM impressions i JOIN subscribers s ON s.id = i.id GROUP BY ALL",
    released: 24,
    sql: "SELECT extract(hour FROM i.shown_at) AS hour, count(DISTINCT i.id) AS people FROM impressions i JOIN subscribers s ON s.id = i.id GROUP BY extract(hour FROM i.shown_at)",
    withheld: {},
  }),
  media("reach-by-weekday", "Reach by day of the week.", "QRY-10", {
    aggregates: [people(20)],
    output: [numbers("weekday", 1, 7), count("people")],
    reference: "SELECT isodow(i.shown_at), s.id, 1 FROM impressions i JOIN subscribers s ON s.id = i.id GROUP BY ALL",
    released: 7,
    sql: "SELECT date_part('isodow', i.shown_at) AS weekday, count(DISTINCT i.id) AS people FROM impressions i JOIN subscribers s ON s.id = i.id GROUP BY weekday",
    withheld: {},
  }),
  media("reach-by-plan", "Reach by plan; some have none.", "GATE-10", {
    aggregates: [people(20)],
    output: [dimension("subscribers.plan"), count("people")],
    reference: "SELECT s.plan, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 3,
    sql: "SELECT s.plan, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY s.plan",
    withheld: {},
  }),
  media("reach-without-plan", "Reach by plan, a word for none.", "RULE-7 QRY-17", {
    aggregates: [people(20)],
    output: [words("plan", "basic", "none", "plus"), count("people")],
    reference:
      "SELECT coalesce(s.plan, 'none'), s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 3,
    sql: "SELECT coalesce(s.plan, 'none') AS plan, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY coalesce(s.plan, 'none')",
    withheld: {},
  }),
  media("reach-of-seniors", "A yes or no as a dimension.", "QRY-7", {
    aggregates: [people(20)],
    output: [bucket("senior", { type: "boolean" }), count("people")],
    reference: "SELECT s.age >= 65, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 2,
    sql: "SELECT s.age >= 65 AS senior, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY senior",
    withheld: {},
  }),
  media("reach-of-active", "A boolean column as a dimension, and one as a condition.", "QRY-10 QRY-15", {
    aggregates: [people(20, 5)],
    output: [dimension("subscribers.active"), count("people")],
    reference:
      "SELECT s.active, s.id, 1 FROM subscribers s JOIN purchases p ON p.id = s.id WHERE NOT p.refunded GROUP BY ALL",
    released: 2,
    sql: "SELECT s.active, count(DISTINCT s.id) AS people FROM subscribers s JOIN purchases p ON p.id = s.id WHERE NOT p.refunded GROUP BY s.active",
    withheld: {},
  }),
  media("reach-by-joining-year", "Reach by the year in which somebody joined.", "QRY-10", {
    aggregates: [people(20)],
    output: [numbers("joined", 2015, 2026), count("people")],
    reference: "SELECT year(s.joined_on), s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY ALL",
    released: 11,
    sql: "SELECT year(s.joined_on) AS joined, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY joined",
    withheld: {},
  }),
  media("reach-of-a-campaign", "A campaign by parameter.", "QRY-14", {
    aggregates: [people(20)],
    output: [dimension("subscribers.region"), count("people")],
    parameters: [{ declared: textParameter("campaign", "brand", "spring"), value: "spring" }],
    reference:
      "SELECT s.region, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id WHERE i.campaign = 'spring' GROUP BY ALL",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id WHERE i.campaign = $campaign GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("reach-by-conditions", "AND, OR, NOT, IN, BETWEEN, IS NULL and comparisons together.", "QRY-10 QRY-15", {
    aggregates: [people(20)],
    output: [dimension("subscribers.region"), count("people")],
    reference:
      "SELECT s.region, s.id, 1 FROM subscribers s JOIN impressions i ON i.id = s.id WHERE (s.age BETWEEN 20 AND 80 AND NOT (i.campaign IN ('brand', 'spring') OR i.placement = 'feed')) OR s.plan IS NULL OR (s.plan <> 'plus' AND i.seconds IS NOT NULL AND i.cost > 4) GROUP BY ALL",
    released: 2,
    sql: "SELECT s.region, count(DISTINCT s.id) AS people FROM subscribers s JOIN impressions i ON i.id = s.id WHERE (s.age BETWEEN 20 AND 80 AND NOT (i.campaign IN ('brand', 'spring') OR i.placement = 'feed')) OR s.plan IS NULL OR (s.plan <> 'plus' AND i.seconds IS NOT NULL AND i.cost > 4) GROUP BY s.region",
    withheld: { complement: 1, people: 1 },
  }),
  media("seconds-viewed", "Seconds viewed, also by those who viewed none: they are enough.", "GATE-4", {
    aggregates: [total(20, 0, 480)],
    output: [dimension("impressions.placement"), sum("seconds", "impressions.seconds")],
    reference: "SELECT placement, id, sum(seconds), count(seconds) FROM impressions GROUP BY ALL",
    released: 3,
    sql: "SELECT placement, sum(seconds) AS seconds FROM impressions GROUP BY placement",
    withheld: {},
  }),
  media("retargeted", "Reach of a campaign that few saw, in each region.", "GATE-3", {
    aggregates: [people(20), people(20)],
    output: [dimension("subscribers.region"), count("people"), count("retargeted")],
    reference:
      "SELECT s.region, s.id, 1, CAST(bool_or(i.campaign = 'retarget') AS INTEGER) FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY s.region, s.id",
    released: 0,
    sql: "SELECT s.region, count(DISTINCT s.id) AS people, count(DISTINCT s.id) FILTER (WHERE i.campaign = 'retarget') AS retargeted FROM subscribers s JOIN impressions i ON i.id = s.id GROUP BY s.region",
    withheld: { contributors: 3, people: 1 },
  }),
]
