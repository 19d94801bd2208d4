import { beforeAll, describe, expect, it } from "vitest"
import { judgeContract } from "../../../enclave/engine/judge.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import { effectivePolicy } from "../../../shared/query/policy.ts"
import { BASE_SQL, testContract } from "../../support/contract.ts"
import { expectCode } from "../../support/rejects.ts"

let contract: Contract

beforeAll(async () => {
  contract = await testContract()
})

/** The contract with other SQL, and whatever else a case changes. */
function withSql(sql: string, edit: (draft: Contract) => void = () => undefined): Contract {
  const draft = structuredClone(contract)
  const [query] = draft.queries
  if (query !== undefined) query.sql = sql
  edit(draft)
  return draft
}

const replaced = (from: string, to: string) => BASE_SQL.replace(from, to)
const WHERE = "persons.age >= $youngest"

describe("the query profile", () => {
  const accepted: Readonly<Record<string, string>> = {
    "AND, OR and NOT": replaced(WHERE, "NOT (persons.age < 5 OR persons.age > 90) AND persons.region = 'east'"),
    "BETWEEN and IN": replaced(WHERE, "persons.age BETWEEN 18 AND $youngest AND persons.region IN ('east', 'west')"),
    "IS NULL": replaced(WHERE, "persons.age IS NOT NULL"),
    USING: replaced("ON accounts.id = persons.id", "USING (id)"),
    "no WHERE": replaced(`WHERE ${WHERE}\n`, ""),
    "bare column names": replaced("persons.region, ", "region, "),
    "the base query": BASE_SQL,
  }
  for (const [name, sql] of Object.entries(accepted)) {
    it(`accepts ${name}`, async () => expect((await judgeContract(withSql(sql))).size).toBe(1))
  }

  const refused: Readonly<Record<string, string>> = {
    "a CASE weight that singles out one person": replaced(
      "sum(accounts.balance)",
      "sum(CASE WHEN accounts.balance > 5 THEN 1 END)",
    ),
    "a FILTER on an aggregate": replaced(
      "sum(accounts.balance)",
      "sum(accounts.balance) FILTER (WHERE persons.age > 3)",
    ),
    "a column compared with a column": replaced(WHERE, "persons.age >= accounts.branch"),
    "a CTE": `WITH x AS (SELECT 1) ${BASE_SQL}`,
    "a cross join": replaced("JOIN persons ON accounts.id = persons.id", "CROSS JOIN persons"),
    "a function in a condition": replaced(WHERE, "abs(persons.age) >= 5"),
    "a left join": replaced("JOIN persons", "LEFT JOIN persons"),
    "a literal of another type": replaced(WHERE, "persons.age >= '5'"),
    "a literal outside its domain": replaced(WHERE, "persons.region = 'north'"),
    "a join on something else": replaced("accounts.id = persons.id", "accounts.branch = persons.age"),
    "a second join condition": replaced(
      "accounts.id = persons.id",
      "accounts.id = persons.id AND accounts.balance > 5",
    ),
    "a sample": replaced("GROUP BY", "GROUP BY").concat(" USING SAMPLE 10"),
    "a self join": replaced("JOIN persons ON accounts.id = persons.id", "JOIN accounts ON accounts.id = accounts.id"),
    "a set operation": `${BASE_SQL} UNION ALL ${BASE_SQL}`,
    "a subquery": replaced(WHERE, "persons.age >= (SELECT 5)"),
    "a table alias": replaced("FROM accounts JOIN", "FROM accounts AS a JOIN"),
    "a table function": replaced("FROM accounts JOIN persons", "FROM read_csv('/etc/passwd') accounts JOIN persons"),
    "a window": replaced("sum(accounts.balance)", "sum(accounts.balance) OVER ()"),
    "an undeclared parameter": replaced("$youngest", "$oldest"),
    "an EXISTS": replaced(WHERE, "EXISTS (SELECT 1 FROM accounts)"),
    "count(*)": replaced("count(DISTINCT accounts.id)", "count(*)"),
    "count without DISTINCT": replaced("DISTINCT accounts.id", "accounts.id"),
    "DISTINCT sums": replaced("sum(accounts.balance)", "sum(DISTINCT accounts.balance)"),
    "grouping by position": replaced("GROUP BY persons.region", "GROUP BY 1"),
    "grouping by more than is shown": replaced("GROUP BY persons.region", "GROUP BY persons.region, accounts.branch"),
    HAVING: `${BASE_SQL} HAVING sum(accounts.balance) > 5`,
    "identities in a condition": replaced(WHERE, "accounts.id = 'x'"),
    "identities in the output": replaced("persons.region, ", "accounts.id, "),
    LIMIT: `${BASE_SQL} LIMIT 1`,
    "more output than declared": replaced(
      "sum(accounts.balance) AS total",
      "sum(accounts.balance) AS total, count(DISTINCT accounts.id) AS n",
    ),
    "ORDER BY": `${BASE_SQL} ORDER BY total`,
    ROLLUP: replaced("GROUP BY persons.region", "GROUP BY ROLLUP (persons.region)"),
    "sum of a dimension": replaced("sum(accounts.balance)", "sum(accounts.branch)"),
    "SELECT *": "SELECT * FROM accounts JOIN persons ON accounts.id = persons.id",
    "two statements": `${BASE_SQL}; ${BASE_SQL}`,
  }
  for (const [name, sql] of Object.entries(refused)) {
    it(`refuses ${name}`, async () => {
      await expectCode("query-refused", () => judgeContract(withSql(sql)))
    })
  }

  const withActive = (literal: string) =>
    withSql(replaced(WHERE, `persons.active = ${literal}`), ({ datasets: [, persons] }) => {
      persons?.columns.push({ meaning: "active", name: "active", nullable: false, role: "attribute", type: "boolean" })
      persons?.rule.filterColumns.push("active")
    })

  it("reads booleans as DuckDB does, and refuses spellings that it would have to guess at", async () => {
    for (const [literal, text] of Object.entries({
      "'f'::BOOLEAN": "false",
      "'true'::BOOLEAN": "true",
      FALSE: "false",
      true: "true",
    })) {
      const plan = (await judgeContract(withActive(literal))).get("overlap")
      expect(plan?.where).toMatchObject({ operand: { kind: "literal", text } })
    }
    for (const literal of ["'TRUE'::BOOLEAN", "'yes'::BOOLEAN", "CAST('1' AS BOOLEAN)", "'0'::BOOLEAN"]) {
      await expectCode("query-refused", () => judgeContract(withActive(literal)))
    }
  })

  it("names line and column", async () => {
    const error = await expectCode("query-refused", () => judgeContract(withSql(replaced(WHERE, "persons.age >= '5'"))))
    expect(error.message).toContain("line 3")
  })

  it("refuses what is no SQL, and no SELECT", async () => {
    await expectCode("query-malformed", () => judgeContract(withSql("SELEC x")))
    await expectCode("query-malformed", () => judgeContract(withSql("COPY accounts TO '/tmp/x'")))
    await expectCode("query-malformed", () => judgeContract(withSql("PRAGMA version")))
  })

  const rules: Readonly<Record<string, readonly [(draft: Contract) => void, string]>> = {
    "a column that is never compared": [(draft) => draft.datasets[1]?.rule.neverCompared.push("age"), "bureau"],
    "a dimension that is not listed": [(draft) => draft.datasets[1]?.rule.dimensionColumns.splice(0), "bureau"],
    "a filter that is not listed": [(draft) => draft.datasets[1]?.rule.filterColumns.splice(0), "bureau"],
    "a function that is not listed": [(draft) => draft.datasets[0]?.rule.aggregateColumns.splice(0), "bank"],
    "a join that is not listed": [(draft) => draft.datasets[0]?.rule.joinColumns.splice(0), "bank"],
    "a purpose that is not listed": [(draft) => draft.datasets[1]?.rule.purposes.splice(0), "bureau"],
    "a recipient that is not listed": [(draft) => draft.datasets[0]?.rule.allowedRecipients.splice(0), "bank"],
  }
  for (const [name, [edit, owner]] of Object.entries(rules)) {
    it(`refuses ${name}, and names ${owner}`, async () => {
      const error = await expectCode("query-refused", () => judgeContract(withSql(BASE_SQL, edit)))
      expect(error.message).toContain(owner)
    })
  }
})

describe("the effective policy", () => {
  it("is the strictest of all owners", async () => {
    const draft = withSql(BASE_SQL, ({ datasets: [accounts, persons] }) => {
      if (accounts === undefined || persons === undefined) return
      accounts.rule.threshold.minIdentities = 20
      persons.rule.threshold.minIdentities = 70
      accounts.rule.rounding = { countStep: 4, sumStep: "10" }
      persons.rule.rounding = { countStep: 6, sumStep: null }
      persons.maxRowsPerIdentity = 3
    })
    const plan = (await judgeContract(draft)).get("overlap")
    if (plan === undefined) throw new Error("no plan")
    expect(effectivePolicy(draft, plan)).toEqual({
      countStep: 12,
      maxGroups: 100,
      minIdentities: 70,
      mode: "threshold",
      owners: ["bank", "bureau"],
      sumSteps: [{ column: "total", step: "3000" }],
    })
  })

  it("refuses roundings that have no common step that a receipt could state", async () => {
    const draft = withSql(BASE_SQL, ({ datasets: [accounts, persons] }) => {
      if (accounts !== undefined) accounts.rule.rounding.countStep = 10_000
      if (persons !== undefined) persons.rule.rounding.countStep = 1023
    })
    const plan = (await judgeContract(draft)).get("overlap")
    if (plan === undefined) throw new Error("no plan")
    await expectCode("contract-invalid", () => effectivePolicy(draft, plan))
  })
})
