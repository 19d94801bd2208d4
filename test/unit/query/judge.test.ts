import { beforeAll, describe, expect, it } from "vitest"
import { judgeContract } from "../../../enclave/engine/judge.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import { judgeLocally } from "../../../verifier/cli/engine/judge.ts"
import { BASE_SQL, testContract } from "../../support/contract.ts"
import { adding, bucket, count, dimension, QueryBench, type QueryCase } from "../../support/query-contract.ts"
import { expectCode } from "../../support/rejects.ts"

let bench: QueryBench

beforeAll(async () => {
  bench = await QueryBench.open()
})

describe("the judge of enclave and owner", () => {
  /** The contract with other SQL. */
  async function withSql(sql: string): Promise<Contract> {
    const draft = await testContract()
    for (const query of draft.queries) query.sql = sql
    return draft
  }

  it("is one and the same", async () => {
    const contract = await withSql(BASE_SQL)
    const plan = (await judgeContract(contract)).get("overlap")
    expect(plan?.datasets).toEqual(["accounts", "persons"])
    expect(await judgeLocally(contract)).toEqual([plan])
  })

  it("refuses what is no SQL, and no SELECT", async () => {
    for (const sql of ["SELEC x", "COPY accounts TO '/tmp/x'", "PRAGMA version", ""]) {
      const contract = await withSql(sql)
      await expectCode(sql === "" ? "query-refused" : "query-malformed", () => judgeContract(contract))
    }
  })

  it("refuses characters that are not seen, wherever they stand", async () => {
    for (const unseen of ["\u0000", "\u202e", "\u200b", "\u2028", "\r", "\ud800"]) {
      const contract = await withSql(`${BASE_SQL} /* ${unseen} */`)
      await expectCode("query-malformed", () => judgeContract(contract))
    }
    const plans = await judgeContract(await withSql(BASE_SQL.replace("WHERE", "\t/* ä */ WHERE")))
    expect(plans.size).toBe(1)
  })

  it("names query, line, column and what stands there", async () => {
    const contract = await withSql(BASE_SQL.replace("$youngest", "'5'"))
    const error = await expectCode("query-type", () => judgeLocally(contract))
    expect(error.message).toContain("query overlap: line 3, column 19, at \">= '5'\": ")
  })
})

const BOTH = "FROM ads a JOIN sales s ON a.id = s.id"
const people = (from: string): string => `SELECT count(DISTINCT a.id) AS n ${from}`
const TOTAL: QueryCase = {
  output: [dimension("region", "sales.region"), count("people"), adding("sum", "total", "sales.amount")],
  sql: `SELECT s.region, count(DISTINCT a.id) AS people, sum(s.amount) AS total ${BOTH} GROUP BY s.region`,
}
const changed = (from: string, to: string): QueryCase => ({ ...TOTAL, sql: TOTAL.sql.replace(from, to) })

describe("the query profile accepts", () => {
  const accepted: Readonly<Record<string, QueryCase>> = {
    "GROUP BY by alias": changed("s.region, count", "s.region AS region, count"),
    "GROUP BY in another spelling": changed("GROUP BY s.region", "GROUP BY region"),
    USING: { sql: "SELECT count(DISTINCT id) AS n FROM ads JOIN sales USING (id)" },
    "a bare name of USING over three tables": {
      sql: "SELECT count(DISTINCT id) AS n FROM ads JOIN sales USING (id) LEFT JOIN sales t USING (id)",
    },
    "a dataset twice": { sql: people("FROM ads a JOIN ads b ON b.id = a.id AND b.seen_at > a.seen_at") },
    "a join in brackets on the left": {
      sql: people(`FROM (ads a JOIN sales s ON a.id = s.id) JOIN ads b ON b.id = s.id`),
    },
    "a window of time between owners": {
      sql: people(`${BOTH} AND s.sold_at >= a.seen_at AND s.sold_at < a.seen_at + INTERVAL 7 DAY`),
    },
    "no table alias": { sql: "SELECT count(DISTINCT ads.id) AS n FROM ads JOIN sales ON sales.id = ads.id" },
    "the base case": TOTAL,
  }
  for (const [name, query] of Object.entries(accepted)) {
    it(name, async () => expect((await bench.judge(query)).query).toBe("overlap"))
  }

  it("ratios, averages and filtered aggregates, each in its own right", async () => {
    const plan = await bench.judge({
      output: [adding("ratio", "rate"), adding("avg", "mean", "sales.amount")],
      sql: `SELECT count(DISTINCT s.id) FILTER (WHERE s.returned) / count(DISTINCT a.id) AS rate, avg(amount) AS mean
        FROM ads a LEFT JOIN sales s ON a.id = s.id`,
    })
    expect(plan.outputs).toEqual([
      { denominator: 1, kind: "ratio", name: "rate", numerator: 0 },
      { aggregate: 2, kind: "aggregate", name: "mean" },
    ])
    expect(plan.aggregates).toMatchObject([
      { filter: { column: "returned", node: "column", nullable: true, relation: 1 }, kind: "count", relation: 1 },
      { filter: null, kind: "count", relation: 0 },
      { argument: { column: "amount", relation: 1 }, filter: null, kind: "avg" },
    ])
  })

  it("buckets whose every value is declared", async () => {
    const months = (min: string, unit: "day" | "month" | "quarter"): QueryCase => ({
      output: [bucket("m", { range: { max: "2026-12-31", min }, type: "date", unit }), count("n")],
      sql: "SELECT date_trunc('month', seen_at) AS m, count(DISTINCT id) AS n FROM ads GROUP BY date_trunc('month', seen_at)",
    })
    const plan = await bench.judge(months("2026-01-01", "month"))
    expect(plan.outputs[0]).toMatchObject({ kind: "dimension", value: { node: "truncate", unit: "month" } })
    await bench.judge(months("2025-12-01", "day"))
    await expectCode("query-output", () => bench.judge(months("2026-02-01", "month")))
    await expectCode("query-output", () => bench.judge(months("2026-01-01", "quarter")))
  })
})

describe("the query profile refuses", () => {
  const refused: Readonly<
    Record<"query-malformed" | "query-output" | "query-refused" | "query-type", Readonly<Record<string, QueryCase>>>
  > = {
    "query-malformed": {
      "an INSERT": { sql: "INSERT INTO ads VALUES (1)" },
      "two statements, one of them no SELECT": { sql: "SELECT 1; DROP TABLE ads" },
    },
    "query-output": {
      "a dimension alone": {
        output: [dimension("region", "sales.region")],
        sql: "SELECT region FROM sales GROUP BY region",
      },
      "a dimension declared as a bucket": {
        ...TOTAL,
        output: [bucket("region", { domain: ["east", "west"], type: "text" }), ...(TOTAL.output?.slice(1) ?? [])],
      },
      "a dimension of another column": {
        ...TOTAL,
        output: [dimension("region", "sales.age"), ...(TOTAL.output?.slice(1) ?? [])],
      },
      "a sum of other columns": {
        ...TOTAL,
        output: [...(TOTAL.output?.slice(0, 2) ?? []), adding("sum", "total", "sales.amount", "sales.quantity")],
      },
      "an aggregate without a name": changed(" AS total", ""),
      "an alias that is a column, too": {
        output: [
          bucket("day", { range: { max: "2026-12-01", min: "2026-01-01" }, type: "date", unit: "month" }),
          count("n"),
        ],
        sql: "SELECT date_trunc('month', day) AS day, count(DISTINCT id) AS n FROM ads GROUP BY day",
      },
      "another order than declared": { ...TOTAL, output: [...(TOTAL.output ?? [])].reverse() },
      "grouping by less than is shown": changed(" GROUP BY s.region", ""),
      "grouping by more than is shown": changed("GROUP BY s.region", "GROUP BY s.region, s.age"),
      "less output than declared": { ...TOTAL, output: [...(TOTAL.output ?? []), count("more")] },
      "more output than declared": { ...TOTAL, output: TOTAL.output?.slice(0, 2) ?? [] },
      "names of other spelling": changed("AS total", 'AS "Total"'),
      "the same name twice": changed("AS total", "AS people"),
    },
    "query-refused": {
      "a TABLE function": { sql: people("FROM read_csv('/etc/passwd') a") },
      "a catalog": { sql: people("FROM memory.main.ads a") },
      "a collation": changed("GROUP BY s.region", "GROUP BY s.region COLLATE nocase"),
      "a column of another table": { sql: people("FROM ads a WHERE s.age > 3") },
      "a column that is not there": { sql: people("FROM ads a WHERE a.nope > 3") },
      "a cross join": { sql: people("FROM ads a CROSS JOIN sales s") },
      "a file as a table": { sql: people("FROM 'x.parquet' a") },
      "a full join": { sql: people("FROM ads a FULL JOIN sales s ON a.id = s.id") },
      "a join by an expression of identities": { sql: people("FROM ads a JOIN sales s ON coalesce(a.id) = s.id") },
      "a join of earlier tables only": { sql: people(`${BOTH} JOIN ads b ON a.id = s.id`) },
      "a join of one table with itself": { sql: people("FROM ads a JOIN sales s ON s.id = s.id") },
      "a join on a value": { sql: people("FROM ads a JOIN sales s ON a.placement = s.age") },
      "a join tied twice": { sql: people(`${BOTH} JOIN ads b ON b.id = a.id AND b.id = s.id`) },
      "a join tied by OR": { sql: people("FROM ads a JOIN sales s ON a.id = s.id OR s.age > 5") },
      "a join whose right side is joined": {
        sql: people("FROM ads a LEFT JOIN (sales s JOIN sales t ON s.id = t.id) ON a.id = s.id"),
      },
      "a join that DuckDB prints as no SQL": {
        sql: people("FROM ads a LEFT JOIN (sales s CROSS JOIN ads b) ON a.id = s.id"),
      },
      "a join without a condition": { sql: people("FROM ads a, sales s") },
      "a list of column aliases": { sql: people("FROM ads AS a(id, x)") },
      "a natural join": { sql: "SELECT count(DISTINCT id) AS n FROM ads NATURAL JOIN sales" },
      "a positional reference": changed("GROUP BY s.region", "GROUP BY 1"),
      "a right join": { sql: people("FROM ads a RIGHT JOIN sales s ON a.id = s.id") },
      "a sample": { sql: `${people("FROM ads a")} USING SAMPLE 10` },
      "a schema": { sql: people("FROM main.ads a") },
      "a semi join": { sql: people("FROM ads a SEMI JOIN sales s ON a.id = s.id") },
      "a set operation": { sql: `${people("FROM ads a")} UNION ALL ${people("FROM ads a")}` },
      "a subquery in FROM": { sql: people("FROM (SELECT * FROM ads) a") },
      "a table in another spelling": { sql: people("FROM Ads a") },
      "a table that is not there": { sql: people("FROM nobody a") },
      "a tail in USING": { sql: "SELECT count(DISTINCT id) AS n FROM ads JOIN sales USING (id, age)" },
      "an ambiguous column": { sql: "SELECT count(DISTINCT id) AS n FROM ads JOIN sales ON ads.id = sales.id" },
      "an anti join": { sql: people("FROM ads a ANTI JOIN sales s ON a.id = s.id") },
      "an alias of the output in WHERE": {
        output: [dimension("where_from", "ads.channel"), count("n")],
        sql: "SELECT channel AS where_from, count(DISTINCT id) AS n FROM ads WHERE where_from = 'search' GROUP BY channel",
      },
      "an alias that is spelt otherwise": { sql: people('FROM ads AS "A"') },
      "an alias twice": { sql: people("FROM ads a JOIN sales a ON a.id = a.id") },
      "an as-of join": { sql: people("FROM ads a ASOF JOIN sales s ON a.id = s.id AND a.seen_at >= s.sold_at") },
      "an aggregate of an aggregate": changed("sum(s.amount)", "sum(sum(s.amount))"),
      "an aggregate in GROUP BY": changed("GROUP BY s.region", "GROUP BY count(DISTINCT a.id)"),
      "an aggregate in WHERE": { sql: people("FROM ads a WHERE count(DISTINCT a.id) > 5") },
      "an identity in a condition": { sql: people("FROM ads a WHERE a.id = 'x'") },
      "an identity in CASE": changed("sum(s.amount)", "sum(CASE WHEN s.id IS NULL THEN s.amount END)"),
      "an identity in GROUP BY": changed("GROUP BY s.region", "GROUP BY s.region, s.id"),
      "an identity in the output": changed("s.region, count", "s.id, count"),
      "an ordered aggregate": changed("sum(s.amount)", "sum(s.amount ORDER BY s.age)"),
      "arithmetic between aggregates": changed(
        "sum(s.amount)",
        "sum(s.amount) - sum(s.amount) FILTER (WHERE s.age > 5)",
      ),
      "a constant as output": changed("s.region, count", "5 AS region, count"),
      "a difference of counts": changed("sum(s.amount)", "count(DISTINCT a.id) - count(DISTINCT s.id)"),
      "a quotient by a constant": changed("sum(s.amount)", "sum(s.amount) / 2"),
      "a quotient of quotients": changed("sum(s.amount)", "sum(s.amount) / (sum(s.amount) / count(DISTINCT a.id))"),
      "a sum of a constant": changed("sum(s.amount)", "sum(1)"),
      "an aggregate within a function": changed("sum(s.amount)", "abs(sum(s.amount))"),
      "count(*)": changed("sum(s.amount)", "count(*)"),
      "count of a column": changed("sum(s.amount)", "count(DISTINCT s.age)"),
      "count without DISTINCT": changed("count(DISTINCT a.id)", "count(a.id)"),
      "DISTINCT ON": changed("SELECT s.region", "SELECT DISTINCT ON (s.region) s.region"),
      "DISTINCT sums": changed("sum(s.amount)", "sum(DISTINCT s.amount)"),
      "GROUP BY ALL": changed("GROUP BY s.region", "GROUP BY ALL"),
      "GROUP BY CUBE": changed("GROUP BY s.region", "GROUP BY CUBE (s.region)"),
      "GROUPING SETS": changed("GROUP BY s.region", "GROUP BY GROUPING SETS ((s.region), ())"),
      HAVING: changed("GROUP BY s.region", "GROUP BY s.region HAVING sum(s.amount) > 5"),
      LIMIT: changed("GROUP BY s.region", "GROUP BY s.region LIMIT 1"),
      "ORDER BY": changed("GROUP BY s.region", "GROUP BY s.region ORDER BY total"),
      QUALIFY: changed("GROUP BY s.region", "GROUP BY s.region QUALIFY row_number() OVER () = 1"),
      ROLLUP: changed("GROUP BY s.region", "GROUP BY ROLLUP (s.region)"),
      "SELECT *": { sql: "SELECT * FROM ads" },
      "SELECT COLUMNS": { sql: "SELECT COLUMNS('x') FROM ads" },
      "SELECT DISTINCT": changed("SELECT s.region", "SELECT DISTINCT s.region"),
      "SELECT without FROM": { sql: "SELECT 1 AS n" },
      "the largest value": changed("sum(s.amount)", "max(s.amount)"),
      TABLESAMPLE: { sql: people("FROM ads a TABLESAMPLE 10%") },
      "two statements": { sql: `${people("FROM ads a")}; ${people("FROM ads a")}` },
      VALUES: { sql: "VALUES (1)" },
      "a window": changed("sum(s.amount)", "sum(s.amount) OVER ()"),
    },
    "query-type": {
      "a decimal as a dimension": { sql: "SELECT cost, count(DISTINCT id) AS n FROM ads GROUP BY cost" },
      "a number as a condition": { sql: people("FROM ads a WHERE a.placement") },
      "a sum of text": changed("sum(s.amount)", "sum(s.region)"),
      "a sum of truths": changed("sum(s.amount)", "sum(s.returned)"),
      "a timestamp as a dimension": { sql: "SELECT seen_at, count(DISTINCT id) AS n FROM ads GROUP BY seen_at" },
    },
  }
  for (const code of ["query-malformed", "query-output", "query-refused", "query-type"] as const) {
    for (const [name, query] of Object.entries(refused[code])) {
      it(`${name} (${code})`, async () => {
        await expectCode(code, () => bench.judge(query))
      })
    }
  }

  it("expressions nested beyond measure", async () => {
    await expectCode("query-refused", () =>
      bench.judge({ sql: people(`FROM ads a WHERE a.placement${" + 1".repeat(300)} > 3`) }),
    )
  })
})
