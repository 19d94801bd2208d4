import { beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import { adding, bucket, count, dimension, QueryBench, type QueryCase, ruleOf } from "../../support/query-contract.ts"
import { expectCode } from "../../support/rejects.ts"

let bench: QueryBench

beforeAll(async () => {
  bench = await QueryBench.open()
})

const TOUCH =
  "WITH t AS (SELECT id, arg_min(channel, seen_at) AS ch, count(*) AS n, max(seconds) AS longest FROM ads GROUP BY id)"

describe("common table expressions", () => {
  it("keep the identity, and their columns keep types, nulls and bounds", async () => {
    const plan = await bench.judge({
      output: [dimension("ch", "ads.channel"), count("people")],
      sql: `${TOUCH} SELECT ch, count(DISTINCT t.id) AS people FROM t JOIN sales s ON s.id = t.id GROUP BY ch`,
    })
    const [cte] = plan.ctes
    expect(cte).toMatchObject({ grouped: true, name: "t", rowsPerIdentity: 1n })
    expect(cte?.columns).toMatchObject([
      { kind: "identity", name: "id" },
      {
        aggregate: { argument: { column: "channel" }, by: { column: "seen_at" }, kind: "first", nullable: false },
        name: "ch",
      },
      { aggregate: { argument: null, by: null, kind: "count-rows", type: { max: 20n, min: 1n } }, name: "n" },
      { aggregate: { kind: "max", nullable: true, type: { max: 600n, min: -5n } }, name: "longest" },
    ])
    expect(plan.from).toMatchObject({ relations: [{ datasets: ["ads"], owners: ["bank"] }, {}], rowsPerIdentity: 5n })
  })

  it("give bounds of one person's numbers", async () => {
    const columns = "count(seconds) AS c, sum(seconds) AS s, count(*) FILTER (WHERE clicked) AS f, sum(cost) AS total"
    const plan = await bench.judge({
      sql: `WITH t AS (SELECT id, ${columns} FROM ads GROUP BY id) SELECT count(DISTINCT id) AS n FROM t`,
    })
    expect(plan.ctes[0]?.columns.slice(1)).toMatchObject([
      { aggregate: { kind: "count", nullable: false, type: { max: 20n, min: 0n } } },
      { aggregate: { kind: "sum", nullable: true, type: { max: 12_000n, min: -100n, step: 1n } } },
      { aggregate: { kind: "count-rows", nullable: false, type: { max: 20n, min: 0n } } },
      { aggregate: { kind: "sum", nullable: false, type: { max: 5000n, min: 0n, scale: 2, step: 5n } } },
    ])
  })

  it("multiply rows only where they keep several", async () => {
    const rows = async (sql: string) => (await bench.judge({ sql })).from.rowsPerIdentity
    const counted = "SELECT count(DISTINCT t.id) AS n FROM t JOIN sales s ON s.id = t.id"
    expect(await rows(`WITH t AS (SELECT id, channel FROM ads) ${counted}`)).toBe(100n)
    expect(await rows(`WITH t AS (SELECT id FROM ads GROUP BY id) ${counted}`)).toBe(5n)
    expect(await rows(`WITH t AS (SELECT id, channel, count(*) AS n FROM ads GROUP BY id, channel) ${counted}`)).toBe(
      100n,
    )
    expect(await rows(`WITH t AS (SELECT a.id FROM ads a JOIN sales s ON a.id = s.id) ${counted}`)).toBe(500n)
  })

  it("are read through one another, with aliases, grouped by expressions and their aliases", async () => {
    const plan = await bench.judge({
      output: [dimension("c", "ads.channel"), count("n")],
      sql: `WITH a AS (SELECT ads.id AS person, channel AS c, date_trunc('month', seen_at) AS m FROM ads),
        b AS (SELECT x.person AS who, c, m, count(*) AS often FROM a AS x GROUP BY who, x.c, m)
        SELECT c, count(DISTINCT b.who) AS n FROM b WHERE often > 2 GROUP BY c`,
    })
    expect(plan.ctes.map(({ name }) => name)).toEqual(["a", "b"])
    expect(plan.from.relations).toMatchObject([{ identity: "who", source: { cte: "b" } }])
    expect(plan.datasets).toEqual(["ads"])
  })

  const refused: Readonly<Record<string, string>> = {
    "a constant beside the identity":
      "WITH t AS (SELECT id, 1 AS one FROM sales) SELECT count(DISTINCT id) AS n FROM t",
    "a constant for a person":
      "WITH t AS (SELECT id, max(TRUE) AS one FROM sales GROUP BY id) SELECT count(DISTINCT id) AS n FROM t",
    "a left join within":
      "WITH t AS (SELECT a.id FROM ads a LEFT JOIN sales s ON s.id = a.id) SELECT count(DISTINCT id) AS n FROM t",
    "a list of column names": "WITH t(x) AS (SELECT id FROM ads) SELECT count(DISTINCT x) AS n FROM t",
    "a name before it is there":
      "WITH t AS (SELECT id FROM u), u AS (SELECT id FROM ads) SELECT count(DISTINCT id) AS n FROM t JOIN u USING (id)",
    "a name in another spelling": "WITH T AS (SELECT id FROM ads) SELECT count(DISTINCT id) AS n FROM t",
    "a name of a dataset": "WITH sales AS (SELECT id FROM ads) SELECT count(DISTINCT id) AS n FROM sales",
    "a name that nothing reads": "WITH t AS (SELECT id FROM ads) SELECT count(DISTINCT id) AS n FROM ads",
    "a sum without GROUP BY": "WITH t AS (SELECT id, sum(cost) AS c FROM ads) SELECT count(DISTINCT id) AS n FROM t",
    "a union": "WITH t AS (SELECT id FROM ads UNION SELECT id FROM sales) SELECT count(DISTINCT id) AS n FROM t",
    "a WITH within":
      "WITH t AS (WITH u AS (SELECT id FROM ads) SELECT id FROM u) SELECT count(DISTINCT id) AS n FROM t",
    "an average of a person":
      "WITH t AS (SELECT id, avg(cost) AS c FROM ads GROUP BY id) SELECT count(DISTINCT id) AS n FROM t",
    DISTINCT: "WITH t AS (SELECT DISTINCT id FROM ads) SELECT count(DISTINCT id) AS n FROM t",
    "distinct sums":
      "WITH t AS (SELECT id, sum(DISTINCT cost) AS c FROM ads GROUP BY id) SELECT count(DISTINCT id) AS n FROM t",
    "GROUP BY position":
      "WITH t AS (SELECT id, count(*) AS c FROM ads GROUP BY 1) SELECT count(DISTINCT id) AS n FROM t",
    "grouping the identity away":
      "WITH t AS (SELECT channel, count(DISTINCT id) AS c FROM ads GROUP BY channel) SELECT sum(c) AS n FROM t",
    "grouping the identity away but showing one":
      "WITH t AS (SELECT id, channel FROM ads GROUP BY channel) SELECT count(DISTINCT id) AS n FROM t",
    "GROUPING SETS of nothing":
      "WITH t AS (SELECT id FROM ads GROUP BY GROUPING SETS (())) SELECT count(DISTINCT id) AS n FROM t",
    "a name of other letters": 'WITH "t;" AS (SELECT id FROM ads) SELECT count(DISTINCT x.id) AS n FROM "t;" AS x',
    HAVING: "WITH t AS (SELECT id FROM ads GROUP BY id HAVING count(*) > 3) SELECT count(DISTINCT id) AS n FROM t",
    LIMIT: "WITH t AS (SELECT id FROM ads LIMIT 5) SELECT count(DISTINCT id) AS n FROM t",
    "no identity": "WITH t AS (SELECT channel FROM ads) SELECT count(DISTINCT channel) AS n FROM t",
    "ORDER BY in first":
      "WITH t AS (SELECT id, first(channel ORDER BY seen_at) AS c FROM ads GROUP BY id) SELECT count(DISTINCT id) AS n FROM t",
    RECURSIVE:
      "WITH RECURSIVE t AS (SELECT id FROM ads UNION ALL SELECT id FROM t) SELECT count(DISTINCT id) AS n FROM t",
    "reading itself": "WITH t AS (SELECT id FROM t) SELECT count(DISTINCT id) AS n FROM t",
    "the first three":
      "WITH t AS (SELECT id, arg_min(channel, seen_at, 3) AS c FROM ads GROUP BY id) SELECT count(DISTINCT id) AS n FROM t",
    "the identity twice": "WITH t AS (SELECT id, id AS again FROM ads) SELECT count(DISTINCT id) AS n FROM t",
    "the same name twice":
      "WITH t AS (SELECT id FROM ads), t AS (SELECT id FROM sales) SELECT count(DISTINCT id) AS n FROM t",
    "the same column name twice":
      "WITH t AS (SELECT id, channel, placement AS channel FROM ads) SELECT count(DISTINCT id) AS n FROM t",
    windows:
      "WITH t AS (SELECT id, row_number() OVER (PARTITION BY id) AS r FROM ads) SELECT count(DISTINCT id) AS n FROM t",
  }
  for (const [name, sql] of Object.entries(refused)) {
    it(`refuse ${name}`, async () => {
      const code = name === "the same name twice" ? "query-malformed" : "query-refused"
      await expectCode(code, () => bench.judge({ sql }))
    })
  }

  it("refuse what is grouped and not shown, shown and not grouped, and has no name", async () => {
    const outer = "SELECT count(DISTINCT id) AS n FROM t"
    const unlike = [
      "SELECT id, channel FROM ads GROUP BY id",
      "SELECT id FROM ads GROUP BY id, channel",
      "SELECT id, placement + 1 AS p FROM ads GROUP BY id, placement",
      "SELECT id, placement + 1 AS placement FROM ads GROUP BY id, placement",
      "SELECT id, count(*) FROM ads GROUP BY id",
    ]
    for (const inner of unlike)
      await expectCode("query-output", () => bench.judge({ sql: `WITH t AS (${inner}) ${outer}` }))
  })

  it("whose numbers could overflow", async () => {
    const edit = (draft: Contract) => {
      for (const dataset of draft.datasets) dataset.maxRowsPerIdentity = 10_000
    }
    const joined = Array.from({ length: 4 }, (_, at) => `JOIN ads a${at} ON a${at}.id = a.id`).join(" ")
    const outer = "SELECT count(DISTINCT id) AS n FROM t"
    const numbers = [
      `WITH t AS (SELECT id, sum(placement * 1000000000000) AS s FROM ads GROUP BY id) ${outer}`,
      `SELECT count(DISTINCT a.id) AS n FROM ads a ${joined}`,
      "SELECT sum(placement * 1000000000000) AS n FROM ads",
    ]
    for (const sql of numbers) await expectCode("query-range", () => bench.judge({ edit, sql }))
  })
})

describe("left joins", () => {
  const nulls = async (joins: string): Promise<readonly (readonly [boolean, boolean])[]> => {
    const { from } = await bench.judge({
      sql: `SELECT count(DISTINCT a.id) AS n FROM ads a ${joins} WHERE b.placement IS NULL OR c.placement IS NULL`,
    })
    if (from.where?.node !== "or") throw new Error("no OR")
    const operands = from.where.operands.map((operand) => operand.node === "is-null" && operand.operand.nullable)
    return from.relations.slice(1).map(({ optional }, index) => [optional, operands[index] === true])
  }

  it("make a relation optional and its columns nullable", async () => {
    expect(await nulls("LEFT JOIN ads b ON b.id = a.id LEFT JOIN ads c ON c.id = b.id")).toEqual([
      [true, true],
      [true, true],
    ])
  })

  it("are undone by a later inner join that hangs on them, and by no other", async () => {
    expect(await nulls("LEFT JOIN ads b ON b.id = a.id JOIN ads c ON c.id = b.id")).toEqual([
      [false, false],
      [false, false],
    ])
    expect(await nulls("LEFT JOIN ads b ON b.id = a.id JOIN ads c ON c.id = a.id")).toEqual([
      [true, true],
      [false, false],
    ])
    const chain = "LEFT JOIN ads b ON b.id = a.id LEFT JOIN ads c ON c.id = b.id JOIN ads d ON d.id = c.id"
    expect(await nulls(chain)).toEqual([
      [false, false],
      [false, false],
      [false, false],
    ])
  })

  it("do not make the new relation's columns nullable within its own ON", async () => {
    const { from } = await bench.judge({
      sql: `SELECT count(DISTINCT a.id) AS n FROM ads a LEFT JOIN ads b ON b.id = a.id
        LEFT JOIN ads c ON c.id = a.id AND c.placement > b.placement`,
    })
    expect(from.relations[2]?.on).toMatchObject({
      left: { nullable: false },
      nullable: true,
      right: { nullable: true },
    })
  })

  it("bound least and greatest by what is never null only", async () => {
    const { from } = await bench.judge({
      sql: `SELECT count(DISTINCT a.id) AS n FROM ads a LEFT JOIN sales s ON s.id = a.id
        WHERE least(a.placement, s.age) > 3 AND least(s.age, s.quantity) > 3 AND coalesce(s.age, a.placement) > 3`,
    })
    const types =
      from.where?.node === "and" ? from.where.operands.map((o) => (o.node === "compare" ? o.left : null)) : []
    expect(types).toMatchObject([
      { nullable: false, type: { max: 9n, min: 0n } },
      { nullable: true, type: { max: 120n, min: 0n } },
      { nullable: false, type: { max: 120n, min: 0n } },
    ])
  })
})

describe("names", () => {
  it("of USING mean the first relation's", async () => {
    const sql = "SELECT count(DISTINCT id) AS n FROM ads LEFT JOIN sales USING (id)"
    const plan = await bench.judge({ sql })
    expect(plan.aggregates).toMatchObject([{ relation: 0 }])
    expect(plan.from.relations[1]).toMatchObject({ join: "left", tiedTo: 0 })
  })

  it("of a common table expression in USING are its own", async () => {
    const ok = "WITH t AS (SELECT id, channel FROM ads) SELECT count(DISTINCT id) AS n FROM sales JOIN t USING (id)"
    expect((await bench.judge({ sql: ok })).from.relations[1]).toMatchObject({ identity: "id", tiedTo: 0 })
    const other =
      "WITH t AS (SELECT id AS who, placement AS id FROM ads) SELECT count(DISTINCT who) AS n FROM sales JOIN t USING (id)"
    await expectCode("query-refused", () => bench.judge({ sql: other }))
    const many = "SELECT count(DISTINCT a.id) AS n FROM ads a JOIN sales s ON s.id = a.id JOIN ads b USING (id)"
    await expectCode("query-refused", () => bench.judge({ sql: many }))
  })

  it("of datasets write - as _, and identities may have any name", async () => {
    const edit = (draft: Contract) => {
      for (const dataset of draft.datasets) {
        if (dataset.name !== "sales") continue
        dataset.name = "web-sales"
        for (const column of dataset.columns) if (column.type === "identity") column.name = "person"
        dataset.rule.joinColumns = ["person"]
      }
    }
    const plan = await bench.judge({
      edit,
      sql: "SELECT count(DISTINCT person) AS n FROM web_sales JOIN ads ON ads.id = web_sales.person",
    })
    expect(plan.datasets).toEqual(["web-sales", "ads"])
    expect(plan.from.relations).toMatchObject([{ alias: "web_sales", identity: "person" }, { identity: "id" }])
  })

  it("of identities under different token specs never meet", async () => {
    const edit = (draft: Contract) => {
      for (const dataset of draft.datasets) if (dataset.name === "sales") dataset.tokenSpec = "others"
    }
    const sql = "SELECT count(DISTINCT id) AS n FROM ads JOIN sales USING (id)"
    await expectCode("query-refused", () => bench.judge({ edit, sql }))
  })
})

describe("columns that are never compared with a literal", () => {
  const guarded = (query: Partial<QueryCase> & { readonly sql: string }): QueryCase => ({
    parameters: [
      { name: "since", range: { max: "2026-12-31T00:00:00Z", min: "2026-01-01T00:00:00Z" }, type: "timestamp" },
      { name: "days", range: { max: 30, min: 1 }, type: "integer" },
    ],
    ...query,
    edit: (draft) => {
      ruleOf(draft, "ads").neverCompared = ["seen_at", "seconds", "clicked", "channel"]
    },
  })
  const where = (condition: string) =>
    `SELECT count(DISTINCT a.id) AS n FROM ads a JOIN sales s ON a.id = s.id WHERE ${condition}`
  const within = (ctes: string, condition: string) =>
    `WITH ${ctes} SELECT count(DISTINCT t.id) AS n FROM t JOIN sales s ON s.id = t.id WHERE ${condition}`

  const free: Readonly<Record<string, Partial<QueryCase> & { readonly sql: string }>> = {
    "a case over conditions of others": { sql: where("CASE WHEN s.age > 5 THEN a.seconds END > s.quantity") },
    "a column against a column": {
      sql: where("a.seen_at < s.sold_at AND a.seconds <> s.age AND s.quantity IN (a.seconds)"),
    },
    "a difference of columns": { sql: where("date_diff('day', a.seen_at, s.sold_at) BETWEEN 0 AND $days") },
    "a dimension as it is": {
      output: [dimension("channel", "ads.channel"), count("n")],
      sql: "SELECT channel, count(DISTINCT id) AS n FROM ads GROUP BY channel",
    },
    "a first touch": {
      output: [dimension("ch", "ads.channel"), count("n")],
      sql: "WITH t AS (SELECT id, arg_min(channel, seen_at) AS ch FROM ads GROUP BY id) SELECT ch, count(DISTINCT id) AS n FROM t GROUP BY ch",
    },
    "a shift of it": { sql: where("s.sold_at BETWEEN a.seen_at AND a.seen_at + INTERVAL ($days) DAY") },
    "a sum of it": { output: [adding("sum", "n", "ads.seconds")], sql: "SELECT sum(seconds) AS n FROM ads" },
    "a sum of products": {
      output: [adding("sum", "n", "ads.seconds", "ads.placement")],
      sql: "SELECT sum(seconds * placement) AS n FROM ads",
    },
    "IS NULL": { sql: where("a.seconds IS NULL") },
    "the least of columns": { sql: where("least(a.seen_at, s.sold_at) < s.sold_at") },
    "the newest against a column": {
      sql: within("t AS (SELECT id, max(seen_at) AS m FROM ads GROUP BY id)", "t.m < s.sold_at"),
    },
  }
  for (const [name, query] of Object.entries(free)) {
    it(`may be: ${name}`, async () => expect((await bench.judge(guarded(query))).query).toBe("overlap"))
  }

  const forbidden: Readonly<Record<string, Partial<QueryCase> & { readonly sql: string }>> = {
    "a band": {
      output: [bucket("b", { type: "boolean" }), count("n")],
      sql: "SELECT seconds > placement + 3 AS b, count(DISTINCT id) AS n FROM ads GROUP BY b",
    },
    "a bucket": {
      output: [
        bucket("m", { range: { max: "2026-12-01", min: "2026-01-01" }, type: "date", unit: "month" }),
        count("n"),
      ],
      sql: "SELECT date_trunc('month', seen_at) AS m, count(DISTINCT id) AS n FROM ads GROUP BY m",
    },
    "a case that gives a literal": { sql: where("CASE WHEN s.age > 5 THEN a.seconds ELSE 7 END > s.age") },
    "a condition that stands alone": { sql: where("a.clicked") },
    "a condition in AND": { sql: where("NOT (s.returned AND a.clicked)") },
    "a constant": { sql: where("a.seen_at < TIMESTAMP '2026-05-01 00:00:00'") },
    "a constant in a difference": { sql: where("date_diff('day', a.seen_at, TIMESTAMP '2026-05-01 00:00:00') > 3") },
    "a constant in disguise of a difference": {
      sql: where("a.seconds > date_diff('day', s.sold_at, s.sold_at + INTERVAL 50 DAY)"),
    },
    "a constant in disguise of zero": { sql: where("a.seconds > s.age - s.age") },
    "a constant in IN": { sql: where("a.seconds IN (s.age, 5)") },
    "a constant in the middle": { sql: where("5 BETWEEN a.seconds AND s.age") },
    "a constant of WITH": {
      sql: within("t AS (SELECT id, seen_at, date_trunc('year', seen_at) AS y FROM ads)", "t.y = DATE '2026-01-01'"),
    },
    "a constant through a choice": { sql: where("coalesce(a.seconds, 5) > s.age") },
    "a constant through a sum": { sql: where("a.seconds - 5 > s.age") },
    "a constant through the least": { sql: where("least(a.seconds, 5) > s.age") },
    "a constant through WITH": {
      sql: `WITH t AS (SELECT id, greatest(sold_at, TIMESTAMP '2026-12-31 00:00:00') AS x FROM sales)
        SELECT count(DISTINCT t.id) AS n FROM t JOIN ads a ON a.id = t.id WHERE a.seen_at < t.x`,
    },
    "a group of WITH": {
      sql: within("t AS (SELECT id, seconds AS s, count(*) AS n FROM ads GROUP BY id, seconds)", "t.s = 5"),
    },
    "a literal against the first": {
      sql: within("t AS (SELECT id, arg_max(channel, seen_at) AS c FROM ads GROUP BY id)", "t.c = 'search'"),
    },
    "a literal against the newest": {
      sql: within("t AS (SELECT id, max(seen_at) AS m FROM ads GROUP BY id)", "t.m < $since"),
    },
    "a literal against the newest of the newest": {
      sql: within(
        "u AS (SELECT id, seen_at AS x FROM ads), t AS (SELECT id, max(x) AS m FROM u GROUP BY id)",
        "t.m < $since",
      ),
    },
    "a literal against the sum": { sql: within("t AS (SELECT id, sum(seconds) AS m FROM ads GROUP BY id)", "t.m < 5") },
    "a literal in FILTER": { sql: "SELECT count(DISTINCT id) FILTER (WHERE seconds > 5) AS n FROM ads" },
    "a literal in ON": {
      sql: "SELECT count(DISTINCT a.id) AS n FROM sales s JOIN ads a ON a.id = s.id AND a.seconds > 5",
    },
    "a literal in a CASE that is summed": {
      output: [adding("sum", "n", "ads.cost")],
      sql: "SELECT sum(CASE WHEN seconds > 5 THEN cost END) AS n FROM ads",
    },
    "a parameter": { sql: where("a.seen_at < $since") },
    "a parameter moved": { sql: where("a.seen_at < $since + INTERVAL ($days) DAY") },
    "a part": { sql: where("hour(a.seen_at) = s.age") },
    "a remainder": { sql: where("abs(a.seconds) % 2 = s.age") },
    "its date": { sql: where("TRY_CAST(a.seen_at AS DATE) = TRY_CAST(s.sold_at AS DATE)") },
    "its magnitude": { sql: where("abs(a.seconds) > s.age") },
  }
  for (const [name, query] of Object.entries(forbidden)) {
    it(`may not be: ${name}`, async () => {
      const { sql, ...rest } = query
      const error = await expectCode("query-rule", () => bench.judge(guarded({ ...rest, sql })))
      expect(error.message).toContain("(neverCompared, rule of bank)")
    })
  }
})
