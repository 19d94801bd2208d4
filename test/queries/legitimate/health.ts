import type { LegitimateQuery } from "../case.ts"
import { avg, count, dimension, ratio, sum, words } from "../output.ts"
import { legitimate, mean, people, total } from "./bases.ts"

type Rest = Parameters<typeof legitimate>[4]
const hospital = (id: string, title: string, clauses: string, rest: Omit<Rest, "k">) =>
  legitimate("health", id, title, clauses, { dominance: [{ p: 10 }], k: 20, ...rest })

/** Outcomes by arm and cohort. */
export const health: readonly LegitimateQuery[] = [
  hospital("admissions-by-arm", "Who was admitted within ninety days of enrolling?", "QRY-3 QRY-15", {
    aggregates: [people(20), total(20, 0, 240)],
    output: [dimension("arms.arm"), count("people"), sum("days", "admissions.days")],
    reference:
      "SELECT r.arm, r.id, 1, sum(d.days), count(d.days) FROM arms r JOIN admissions d ON d.id = r.id WHERE d.admitted_on - r.enrolled_on >= 0 AND d.admitted_on - r.enrolled_on < 90 GROUP BY ALL",
    released: 0,
    sql: "SELECT r.arm, count(DISTINCT r.id) AS people, sum(d.days) AS days FROM arms r JOIN admissions d ON d.id = r.id AND d.admitted_on >= r.enrolled_on AND d.admitted_on < r.enrolled_on + INTERVAL 90 DAY GROUP BY r.arm",
    withheld: { complement: 1, "left-out": 1 },
  }),
  hospital("admission-rate", "Which share of each arm was admitted at all?", "QRY-3 QRY-7 GATE-3", {
    aggregates: [people(20), people(20)],
    optional: ["hospital"],
    output: [dimension("arms.arm"), ratio("rate")],
    reference:
      "SELECT r.arm, r.id, CAST(r.id IN (SELECT id FROM admissions) AS INTEGER), 1, r.id IN (SELECT id FROM admissions) FROM arms r",
    released: 2,
    sql: "SELECT r.arm, count(DISTINCT d.id) / count(DISTINCT r.id) AS rate FROM arms r LEFT JOIN admissions d ON r.id = d.id GROUP BY r.arm",
    withheld: {},
  }),
  hospital("admission-rate-after", "The same after enrolling: a condition of the LEFT JOIN.", "QRY-3 GATE-3", {
    aggregates: [people(20), people(20)],
    optional: ["hospital"],
    output: [dimension("arms.arm"), ratio("rate")],
    reference:
      "SELECT r.arm, r.id, CAST(bool_or(d.id IS NOT NULL) AS INTEGER), 1, bool_or(d.id IS NOT NULL) FROM arms r LEFT JOIN admissions d ON d.id = r.id AND d.admitted_on > r.enrolled_on GROUP BY r.arm, r.id",
    released: 2,
    sql: "SELECT r.arm, count(DISTINCT d.id) / count(DISTINCT r.id) AS rate FROM arms r LEFT JOIN admissions d ON r.id = d.id AND d.admitted_on > r.enrolled_on GROUP BY r.arm",
    withheld: {},
  }),
  hospital(
    "days-per-enrolled",
    "Days in hospital per enrolled person; a few were there and stayed none.",
    "RULE-7 GATE-4",
    {
      aggregates: [total(20, 0, 240)],
      optional: ["hospital"],
      output: [dimension("arms.arm"), sum("days", "admissions.days")],
      reference:
        "SELECT r.arm, r.id, coalesce(sum(d.days), 0), 1, bool_or(d.id IS NOT NULL) FROM arms r LEFT JOIN admissions d ON d.id = r.id GROUP BY r.arm, r.id",
      released: 0,
      sql: "WITH t AS (SELECT id, sum(days) AS days FROM admissions GROUP BY id) SELECT r.arm, sum(coalesce(t.days, 0)) AS days FROM arms r LEFT JOIN t ON t.id = r.id GROUP BY r.arm",
      withheld: { "left-out": 2 },
    },
  ),
  hospital("laboratory-by-arm", "The average value of each arm.", "QRY-7 GATE-9", {
    aggregates: [people(20), mean(20, 1, 750, 5)],
    output: [dimension("arms.arm"), count("people"), avg("hba1c", "labs.hba1c")],
    reference:
      "SELECT r.arm, r.id, 1, sum(CAST(l.hba1c * 10 AS BIGINT)), count(l.hba1c) FROM arms r JOIN labs l ON l.id = r.id WHERE l.hba1c IS NOT NULL GROUP BY ALL",
    released: 2,
    sql: "SELECT r.arm, count(DISTINCT r.id) AS people, avg(l.hba1c) AS hba1c FROM arms r JOIN labs l ON l.id = r.id WHERE l.hba1c IS NOT NULL GROUP BY r.arm",
    withheld: {},
  }),
  hospital("laboratory-missing", "Without that condition a few have no value at all.", "GATE-4", {
    aggregates: [people(20), mean(20, 1, 750, 5)],
    output: [dimension("arms.arm"), count("people"), avg("hba1c", "labs.hba1c")],
    reference:
      "SELECT r.arm, r.id, 1, sum(CAST(l.hba1c * 10 AS BIGINT)), count(l.hba1c) FROM arms r JOIN labs l ON l.id = r.id GROUP BY ALL",
    released: 0,
    sql: "SELECT r.arm, count(DISTINCT r.id) AS people, avg(l.hba1c) AS hba1c FROM arms r JOIN labs l ON l.id = r.id GROUP BY r.arm",
    withheld: { "left-out": 2 },
  }),
  hospital("change-of-value", "From the first value to the last.", "QRY-6 QRY-18 RULE-7", {
    aggregates: [mean(20, 1, 120, 1)],
    output: [dimension("arms.arm"), avg("change", "labs.hba1c")],
    reference:
      "SELECT r.arm, r.id, CAST((l.b - l.a) * 10 AS BIGINT), CASE WHEN l.a IS NULL THEN 0 ELSE 1 END FROM arms r JOIN (SELECT id, arg_min(hba1c, taken_on) AS a, arg_max(hba1c, taken_on) AS b FROM labs WHERE hba1c IS NOT NULL GROUP BY id) l ON l.id = r.id",
    released: 2,
    sql: "WITH l AS (SELECT id, arg_min(hba1c, taken_on) AS first_value, arg_max(hba1c, taken_on) AS last_value FROM labs GROUP BY id) SELECT r.arm, avg(l.last_value - l.first_value) AS change FROM arms r JOIN l ON l.id = r.id WHERE l.first_value IS NOT NULL GROUP BY r.arm",
    withheld: {},
  }),
  hospital("stay-by-ward", "Days by ward: a few of orthopaedics went home the same day.", "GATE-4 GATE-7", {
    aggregates: [people(20), total(20, 0, 240)],
    output: [dimension("admissions.ward"), count("people"), sum("days", "admissions.days")],
    reference: "SELECT ward, id, 1, sum(days), count(days) FROM admissions GROUP BY ALL",
    released: 1,
    sql: "SELECT ward, count(DISTINCT id) AS people, sum(days) AS days FROM admissions GROUP BY ward",
    withheld: { complement: 1, "left-out": 1 },
  }),
  hospital("emergency-share", "Which share of a ward's patients came in an emergency?", "QRY-7 GATE-3", {
    aggregates: [people(20), people(20)],
    output: [dimension("admissions.ward"), ratio("emergencies")],
    reference: "SELECT ward, id, CAST(bool_or(emergency) AS INTEGER), 1 FROM admissions GROUP BY ward, id",
    released: 3,
    sql: "SELECT ward, count(DISTINCT id) FILTER (WHERE emergency = TRUE) / count(DISTINCT id) AS emergencies FROM admissions GROUP BY ward",
    withheld: {},
  }),
  hospital("cohort-by-age-and-arm", "Two dimensions: age band and arm.", "QRY-8", {
    aggregates: [people(20)],
    output: [words("band", "middle", "old", "young"), dimension("arms.arm"), count("people")],
    reference:
      "SELECT CASE WHEN r.age < 40 THEN 'young' WHEN r.age <= 64 THEN 'middle' ELSE 'old' END, r.arm, r.id, 1 FROM arms r JOIN admissions d ON d.id = r.id GROUP BY ALL",
    released: 6,
    sql: "SELECT CASE WHEN r.age < 40 THEN 'young' WHEN r.age <= 64 THEN 'middle' ELSE 'old' END AS band, r.arm, count(DISTINCT r.id) AS people FROM arms r JOIN admissions d ON d.id = r.id GROUP BY band, r.arm",
    withheld: {},
  }),
  hospital(
    "three-parties-outcome",
    "Sponsor, laboratory and hospital: high values that were admitted.",
    "QRY-3 QRY-6",
    {
      aggregates: [people(20)],
      output: [dimension("arms.arm"), count("people")],
      reference:
        "SELECT r.arm, r.id, 1 FROM arms r WHERE r.id IN (SELECT id FROM labs WHERE hba1c >= 8) AND r.id IN (SELECT id FROM admissions)",
      released: 2,
      sql: "WITH worst AS (SELECT id, max(hba1c) AS hba1c FROM labs GROUP BY id) SELECT r.arm, count(DISTINCT r.id) AS people FROM arms r JOIN worst ON worst.id = r.id JOIN admissions d ON d.id = worst.id WHERE worst.hba1c >= 8 GROUP BY r.arm",
      withheld: {},
    },
  ),
  hospital("readmission", "Who came back within thirty days?", "QRY-3", {
    aggregates: [people(20)],
    output: [dimension("admissions.ward"), count("people")],
    reference:
      "SELECT d.ward, d.id, 1 FROM admissions d JOIN admissions e ON e.id = d.id WHERE e.admitted_on - d.admitted_on BETWEEN 1 AND 30 GROUP BY ALL",
    released: 1,
    sql: "SELECT d.ward, count(DISTINCT d.id) AS people FROM admissions d JOIN admissions e ON e.id = d.id AND e.admitted_on > d.admitted_on AND e.admitted_on <= d.admitted_on + INTERVAL 30 DAY GROUP BY d.ward",
    withheld: { complement: 1, people: 1 },
  }),
  hospital("time-to-admission", "How long until the first admission?", "QRY-6 QRY-10", {
    aggregates: [people(20)],
    output: [words("after", "half a year", "later", "quarter"), dimension("arms.arm"), count("people")],
    reference:
      "SELECT CASE WHEN f.at - r.enrolled_on <= 91 THEN 'quarter' WHEN f.at - r.enrolled_on <= 182 THEN 'half a year' ELSE 'later' END, r.arm, r.id, 1 FROM arms r JOIN (SELECT id, min(admitted_on) AS at FROM admissions GROUP BY id) f ON f.id = r.id WHERE f.at >= r.enrolled_on",
    released: 4,
    sql: "WITH f AS (SELECT id, min(admitted_on) AS admitted FROM admissions GROUP BY id) SELECT CASE WHEN date_diff('day', r.enrolled_on, f.admitted) <= 91 THEN 'quarter' WHEN date_diff('day', r.enrolled_on, f.admitted) <= 182 THEN 'half a year' ELSE 'later' END AS after, r.arm, count(DISTINCT r.id) AS people FROM arms r JOIN f ON f.id = r.id WHERE f.admitted >= r.enrolled_on GROUP BY after, r.arm",
    withheld: { complement: 1, people: 1 },
  }),
]
