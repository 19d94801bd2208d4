import { beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { ScalarFunction } from "../../../shared/contract/rule.ts"
import { queryDigest } from "../../../shared/query/template.ts"
import { adding, bucket, count, dimension, QueryBench, type QueryCase, ruleOf } from "../../support/query-contract.ts"
import { expectCode } from "../../support/rejects.ts"

let bench: QueryBench

beforeAll(async () => {
  bench = await QueryBench.open()
})

type Edit = (draft: Contract) => void

/** Passes as it is, and is refused by the named field of the named owner's rule once that is changed. */
async function expectRule(query: QueryCase, edit: Edit, rule: string, owner: string): Promise<void> {
  await bench.judge(query)
  const error = await expectCode("query-rule", () => bench.judge({ ...query, edit }))
  expect(error.message).toContain(`(${rule}, rule of ${owner})`)
}

const JOINED: QueryCase = {
  output: [dimension("region", "sales.region"), count("people"), adding("sum", "total", "sales.amount")],
  sql: `SELECT region, count(DISTINCT a.id) AS people, sum(s.amount) AS total
    FROM ads a JOIN sales s ON a.id = s.id AND s.sold_at > a.seen_at WHERE s.age >= 18 GROUP BY region`,
}
const without = (dataset: string, field: "dimensionColumns" | "filterColumns", column: string): Edit => {
  return (draft) => {
    const rule = ruleOf(draft, dataset)
    rule[field] = rule[field].filter((name) => name !== column)
  }
}

describe("what an owner's rule says of the whole", () => {
  const edits: Readonly<Record<string, readonly [Edit, string]>> = {
    allowedRecipients: [(draft) => ruleOf(draft, "ads").allowedRecipients.splice(0), "bank"],
    joinColumns: [(draft) => ruleOf(draft, "sales").joinColumns.splice(0), "bureau"],
    kind: [(draft) => Object.assign(ruleOf(draft, "ads"), { kind: "list" }), "bank"],
    purposes: [(draft) => ruleOf(draft, "sales").purposes.splice(0), "bureau"],
    templates: [(draft) => Object.assign(ruleOf(draft, "sales"), { kind: "template" }), "bureau"],
  }
  for (const [rule, [edit, owner]] of Object.entries(edits)) {
    it(`${rule} of ${owner}`, async () => expectRule(JOINED, edit, rule, owner))
  }

  it("a template is the query to the letter", async () => {
    const agreed: Edit = (draft) => {
      const [query] = draft.queries
      if (query === undefined) throw new Error("no query")
      Object.assign(ruleOf(draft, "sales"), { kind: "template", templates: [queryDigest(query)] })
    }
    expect((await bench.judge({ ...JOINED, edit: agreed })).datasets).toEqual(["ads", "sales"])
    const other: Edit = (draft) => {
      agreed(draft)
      for (const query of draft.queries) query.sql = query.sql.replace(">= 18", ">= 19")
    }
    await expectCode("query-rule", () => bench.judge({ ...JOINED, edit: other }))
  })

  it("joinColumns hold for joins within WITH too, and not for a dataset that is read alone", async () => {
    const noJoin: Edit = (draft) => ruleOf(draft, "ads").joinColumns.splice(0)
    const inner = "WITH t AS (SELECT a.id FROM ads a JOIN ads b ON a.id = b.id) SELECT count(DISTINCT id) AS n FROM t"
    await expectRule({ sql: inner }, noJoin, "joinColumns", "bank")
    await bench.judge({ edit: noJoin, sql: "SELECT count(DISTINCT id) AS n FROM ads" })
  })

  it("joinRequired is met by a join that leaves no row out, and by no left join", async () => {
    const required: Edit = (draft) => ruleOf(draft, "sales").joinRequired.push("ads")
    const met = [
      "SELECT count(DISTINCT s.id) AS n FROM sales s JOIN ads USING (id)",
      "SELECT count(DISTINCT a.id) AS n FROM ads a LEFT JOIN sales s USING (id)",
      "WITH t AS (SELECT s.id FROM sales s JOIN ads a ON a.id = s.id) SELECT count(DISTINCT t.id) AS n FROM t",
      "WITH t AS (SELECT id FROM sales) SELECT count(DISTINCT t.id) AS n FROM t JOIN ads ON ads.id = t.id",
      "SELECT count(DISTINCT b.id) AS n FROM sales s LEFT JOIN ads a ON a.id = s.id JOIN ads b ON b.id = a.id",
    ]
    for (const sql of met) await bench.judge({ edit: required, sql })
    const unmet = [
      "SELECT count(DISTINCT id) AS n FROM sales",
      "SELECT count(DISTINCT s.id) AS n FROM sales s LEFT JOIN ads a ON a.id = s.id",
      "WITH t AS (SELECT id FROM ads) SELECT count(DISTINCT s.id) AS n FROM sales s LEFT JOIN t ON t.id = s.id",
      `WITH t AS (SELECT s.id FROM sales s JOIN ads a ON a.id = s.id)
       SELECT count(DISTINCT s.id) AS n FROM sales s LEFT JOIN t ON t.id = s.id`,
    ]
    for (const sql of unmet) await expectRule({ sql }, required, "joinRequired", "bureau")
  })

  it("a sum or average needs a dominance rule of an owner whose values are in it, and a count does not", async () => {
    const none =
      (dataset: string): Edit =>
      (draft) =>
        ruleOf(draft, dataset).dominance.splice(0)
    await expectRule(JOINED, none("sales"), "dominance", "bureau")
    await bench.judge({ ...JOINED, edit: none("ads") })
    await bench.judge({ edit: none("ads"), sql: "SELECT count(DISTINCT id) AS n FROM ads" })
    const ratio = "SELECT sum(seconds) / count(DISTINCT id) AS n FROM ads"
    await expectRule({ output: [adding("ratio", "n", "ads.seconds")], sql: ratio }, none("ads"), "dominance", "bank")
    const edit: Edit = (draft) => {
      none("sales")(draft)
      draft.release = { delaySeconds: 60, mode: "differential-privacy" }
    }
    await bench.judge({ ...JOINED, edit })
  })
})

describe("which column may be used for what", () => {
  it("filterColumns: WHERE, ON, FILTER, CASE in an aggregate, and what orders first and last", async () => {
    const conditions: Readonly<Record<string, QueryCase>> = {
      "CASE in a sum": {
        output: [adding("sum", "n", "sales.amount")],
        sql: "SELECT sum(CASE WHEN age > 5 THEN amount END) AS n FROM sales",
      },
      "FILTER of a count": { sql: "SELECT count(DISTINCT id) FILTER (WHERE age > 5) AS n FROM sales" },
      "FILTER of one person's rows": {
        sql: "WITH t AS (SELECT id, max(amount) FILTER (WHERE age > 5) AS m FROM sales GROUP BY id) SELECT count(DISTINCT id) AS n FROM t",
      },
      ON: { sql: "SELECT count(DISTINCT a.id) AS n FROM ads a JOIN sales s ON s.id = a.id AND s.age > a.placement" },
      WHERE: { sql: "SELECT count(DISTINCT id) AS n FROM sales WHERE age IS NOT NULL" },
      "WHERE in WITH": { sql: "WITH t AS (SELECT id FROM sales WHERE age > 5) SELECT count(DISTINCT id) AS n FROM t" },
      "a column of WITH in WHERE": {
        sql: "WITH t AS (SELECT id, age + 1 AS older FROM sales) SELECT count(DISTINCT id) AS n FROM t WHERE older > 5",
      },
      "a group of WITH": {
        sql: "WITH t AS (SELECT id, age, max(amount) AS m FROM sales GROUP BY id, age) SELECT count(DISTINCT id) AS n FROM t",
      },
      "the order of first": {
        sql: "WITH t AS (SELECT id, arg_min(region, age) AS r FROM sales GROUP BY id) SELECT count(DISTINCT id) AS n FROM t",
      },
      "the largest of WITH in FILTER": {
        sql: "WITH t AS (SELECT id, max(age) AS oldest FROM sales GROUP BY id) SELECT count(DISTINCT id) FILTER (WHERE oldest > 5) AS n FROM t",
      },
    }
    for (const query of Object.values(conditions)) {
      await expectRule(query, without("sales", "filterColumns", "age"), "filterColumns", "bureau")
    }
  })

  it("dimensionColumns: columns, what buckets are made from, and what decides between their values", async () => {
    const band = bucket("band", { domain: ["old", "young"], type: "text" })
    const flag = bucket("band", { type: "boolean" })
    const shown: readonly QueryCase[] = [
      {
        output: [bucket("older", { range: { max: 121, min: 1, step: 1 }, type: "integer" }), count("n")],
        sql: "SELECT age + 1 AS older, count(DISTINCT id) AS n FROM sales GROUP BY older",
      },
      {
        output: [band, count("n")],
        sql: "SELECT CASE WHEN age > 50 THEN 'old' ELSE 'young' END AS band, count(DISTINCT id) AS n FROM sales GROUP BY band",
      },
      { output: [flag, count("n")], sql: "SELECT age > 50 AS band, count(DISTINCT id) AS n FROM sales GROUP BY band" },
      {
        output: [dimension("r", "sales.region"), count("n")],
        sql: "WITH t AS (SELECT id, max(region) FILTER (WHERE age > 5) AS r FROM sales GROUP BY id) SELECT r, count(DISTINCT id) AS n FROM t GROUP BY r",
      },
      {
        output: [flag, count("n")],
        sql: "WITH t AS (SELECT id, age AS r FROM sales), u AS (SELECT id, r FROM t) SELECT r > 50 AS band, count(DISTINCT id) AS n FROM u GROUP BY band",
      },
    ]
    for (const query of shown) {
      await expectRule(query, without("sales", "dimensionColumns", "age"), "dimensionColumns", "bureau")
    }
  })

  it("dimensionColumns: of columns as they are, through WITH", async () => {
    const plain: readonly QueryCase[] = [
      {
        output: [dimension("region", "sales.region"), count("n")],
        sql: "SELECT region, count(DISTINCT id) AS n FROM sales GROUP BY region",
      },
      {
        output: [dimension("r", "sales.region"), count("n")],
        sql: "WITH t AS (SELECT id, region AS r FROM sales), u AS (SELECT id, max(r) AS r FROM t GROUP BY id) SELECT r, count(DISTINCT id) AS n FROM u GROUP BY r",
      },
    ]
    for (const query of plain) {
      await expectRule(query, without("sales", "dimensionColumns", "region"), "dimensionColumns", "bureau")
    }
  })

  it("an attribute is shown in buckets and never as it is, listed or not", async () => {
    const shown = {
      output: [dimension("age", "sales.age"), count("n")],
      sql: "SELECT age, count(DISTINCT id) AS n FROM sales GROUP BY age",
    }
    const error = await expectCode("query-rule", () => bench.judge(shown))
    expect(error.message).toContain("(role, rule of bureau)")
  })

  it("aggregateColumns: with the very function, through WITH and ratios", async () => {
    const only = (functions: readonly ("avg" | "sum")[]): Edit => {
      return (draft) => {
        ruleOf(draft, "sales").aggregateColumns = [{ column: "amount", functions: [...functions] }]
      }
    }
    const added = (kind: "avg" | "ratio" | "sum", sql: string): QueryCase => ({
      output: [adding(kind, "n", "sales.amount")],
      sql,
    })
    const sums = [
      added("sum", "SELECT sum(amount) AS n FROM sales"),
      added("ratio", "SELECT sum(amount) / count(DISTINCT id) AS n FROM sales"),
      added("sum", "WITH t AS (SELECT id, max(amount) AS m FROM sales GROUP BY id) SELECT sum(m) AS n FROM t"),
      added(
        "sum",
        "WITH t AS (SELECT id, sum(amount) AS m FROM sales GROUP BY id) SELECT sum(least(m, 50)) AS n FROM t",
      ),
    ]
    for (const query of sums) await expectRule(query, only(["avg"]), "aggregateColumns", "bureau")
    await expectRule(added("avg", "SELECT avg(amount) AS n FROM sales"), only(["sum"]), "aggregateColumns", "bureau")
    const product = {
      output: [adding("sum", "n", "sales.amount", "sales.quantity")],
      sql: "SELECT sum(amount * quantity) AS n FROM sales",
    }
    await expectCode("query-type", () => bench.judge(product))
    const converted = { ...product, sql: "SELECT sum(amount * TRY_CAST(quantity AS DECIMAL(3, 0))) AS n FROM sales" }
    await expectRule(converted, only(["sum"]), "aggregateColumns", "bureau")
  })

  it("rowCounts: filters, dimensions and sums of numbers of rows", async () => {
    const allow = (...uses: readonly ("aggregate" | "dimension" | "filter")[]): Edit => {
      return (draft) => {
        ruleOf(draft, "ads").rowCounts = [...uses]
      }
    }
    const table = "WITH t AS (SELECT id, count(*) AS n FROM ads GROUP BY id)"
    const capped: QueryCase = {
      output: [bucket("often", { range: { max: 20, min: 0, step: 1 }, type: "integer" }), count("people")],
      sql: "WITH t AS (SELECT id, count(clicked) AS often FROM ads GROUP BY id) SELECT often, count(DISTINCT id) AS people FROM t GROUP BY often",
    }
    await expectRule(
      { sql: `${table} SELECT count(DISTINCT id) AS n FROM t WHERE t.n > 3` },
      allow("aggregate", "dimension"),
      "rowCounts",
      "bank",
    )
    await expectRule(capped, allow("aggregate", "filter"), "rowCounts", "bank")
    const total = { output: [adding("sum", "rows")], sql: `${table} SELECT sum(n) AS rows FROM t` }
    await expectRule(total, allow("dimension", "filter"), "rowCounts", "bank")
  })

  it("rowCounts: sums that count rows in disguise", async () => {
    const none =
      (dataset: string): Edit =>
      (draft) =>
        ruleOf(draft, dataset).rowCounts.splice(0)
    const weights = [
      "1",
      "placement * 0 + 1",
      "CASE WHEN clicked THEN 1 ELSE 0 END",
      "TRY_CAST(placement = placement AS BIGINT)",
    ]
    // 2026 for every row.
    weights.push("year(seen_at)")
    weights.push("date_diff('day', day, day + INTERVAL 1 DAY)", "coalesce(seconds, 7)", "least(placement, 3) - 2")
    for (const weight of weights) {
      const sql = `WITH t AS (SELECT id, sum(${weight}) AS n FROM ads GROUP BY id) SELECT count(DISTINCT id) AS n FROM t WHERE t.n > 3`
      await expectRule({ sql }, none("ads"), "rowCounts", "bank")
    }
    const joined = {
      output: [adding("sum", "n", "sales.amount")],
      sql: "SELECT sum(amount) AS n FROM sales JOIN ads USING (id)",
    }
    await expectRule(joined, none("ads"), "rowCounts", "bank")
    await bench.judge({ ...joined, edit: none("sales") })
    const flagged = { ...joined, sql: "SELECT sum(CASE WHEN returned THEN amount ELSE 0 END) AS n FROM sales" }
    await bench.judge({ ...flagged, edit: none("sales") })
  })

  it("scalarFunctions: each one, wherever it is applied", async () => {
    const applied: Readonly<Record<ScalarFunction, string>> = {
      abs: "abs(seconds) > 3",
      add: "seconds + 1 > 3",
      case: "CASE WHEN clicked THEN TRUE ELSE FALSE END",
      cast: "TRY_CAST(seen_at AS DATE) = day",
      coalesce: "coalesce(seconds, 3) > 3",
      date_diff: "date_diff('day', day, DATE '2026-01-01') > 3",
      date_part: "hour(seen_at) > 3",
      date_trunc: "date_trunc('month', day) = day",
      divide: "placement // 2 > 3",
      greatest: "greatest(seconds, 3) > 3",
      interval: "day + INTERVAL 1 DAY > day",
      least: "least(seconds, 3) > 3",
      modulo: "placement % 2 = 1",
      multiply: "seconds * 2 > 3",
      negate: "-seconds > 3",
      subtract: "seconds - 1 > 3",
    }
    for (const [name, condition] of Object.entries(applied)) {
      const edit: Edit = (draft) => {
        const rule = ruleOf(draft, "ads")
        rule.scalarFunctions = rule.scalarFunctions.filter((other) => other !== name)
      }
      const sql = `SELECT count(DISTINCT id) AS n FROM ads WHERE ${condition}`
      await expectRule({ sql }, edit, "scalarFunctions", "bank")
    }
    const noFunctions: Edit = (draft) => ruleOf(draft, "ads").scalarFunctions.splice(0)
    const free = "NOT (seconds IS NULL OR seconds IN (1, 2)) AND (seconds BETWEEN 1 AND 5 OR seconds <> placement)"
    await bench.judge({ edit: noFunctions, sql: `SELECT count(DISTINCT id) AS n FROM ads WHERE ${free}` })
    const counted =
      "WITH t AS (SELECT id, count(*) AS n FROM ads GROUP BY id) SELECT count(DISTINCT id) AS n FROM t WHERE t.n * 2 > 3"
    await expectRule({ sql: counted }, noFunctions, "scalarFunctions", "bank")
  })
})
