import { beforeAll, describe, expect, it } from "vitest"
import { checkContract } from "../../../shared/contract/check.ts"
import { Contract } from "../../../shared/contract/contract.ts"
import type { OutputColumn } from "../../../shared/contract/query.ts"
import type { ErrorCode } from "../../../shared/errors/index.ts"
import { checkSchema } from "../../../shared/json/canonical.ts"
import { testContract } from "../../support/contract.ts"
import { expectCode } from "../../support/rejects.ts"

let contract: Contract

beforeAll(async () => {
  contract = await testContract()
})

type Edit = (draft: Contract) => unknown
const first = <T>(list: readonly T[]): T => {
  const [item] = list
  if (item === undefined) throw new Error("empty")
  return item
}
const dataset = (draft: Contract) => first(draft.datasets)
const rule = (draft: Contract) => dataset(draft).rule

function bucket(draft: Contract, values: Extract<OutputColumn, { kind: "bucket" }>["values"]): void {
  first(draft.queries).output.push({ kind: "bucket", name: "part", values })
}

/** The contract with differential privacy in place of thresholds. */
function noisy(draft: Contract): void {
  draft.release = { delaySeconds: 60, mode: "differential-privacy" }
  for (const { rule: own } of draft.datasets) own.privacyBudget = { delta: "0.000001", epsilon: "1" }
  const clamps = [{ column: "total", max: "1000", min: "-100" }]
  for (const query of draft.queries) query.privacy = { clamps, groupsPerIdentity: 1, rho: "0.01" }
}

const CASES: Readonly<Record<string, readonly [Edit, ErrorCode]>> = {
  "a column named in a rule that is not there": [(d) => rule(d).filterColumns.push("nowhere"), "contract-invalid"],
  "a bucket whose range misses its grid": [
    (d) => bucket(d, { range: { max: 10, min: 0, step: 3 }, type: "integer" }),
    "contract-invalid",
  ],
  "a bucket of days that are not the first of their unit": [
    (d) => bucket(d, { range: { max: "2026-12-01", min: "2026-01-02" }, type: "date", unit: "month" }),
    "contract-invalid",
  ],
  "a bucket of weeks that begin on another day than Monday": [
    (d) => bucket(d, { range: { max: "2026-01-12", min: "2026-01-04" }, type: "date", unit: "week" }),
    "contract-invalid",
  ],
  "a bucket that ends before it begins": [
    (d) => bucket(d, { range: { max: "2026-01-01", min: "2026-02-01" }, type: "date", unit: "month" }),
    "contract-invalid",
  ],
  "a budget under thresholds": [
    (d) => Object.assign(rule(d), { privacyBudget: { delta: "0.1", epsilon: "1" } }),
    "contract-invalid",
  ],
  "a dataset of nobody": [(d) => Object.assign(dataset(d), { owner: "agency" }), "contract-invalid"],
  "a dimension that is the identity": [(d) => rule(d).dimensionColumns.push("id"), "contract-invalid"],
  "a dominance rule of both kinds that another one implies": [
    (d) => rule(d).dominance.push({ kind: "p-percent", p: 5 }, { k: 70, kind: "n-k", n: 2 }),
    "contract-invalid",
  ],
  "a grid that misses its end": [
    (d) =>
      void dataset(d).columns.splice(1, 1, {
        meaning: "x",
        name: "balance",
        nullable: false,
        range: { max: 10, min: 0, step: 3 },
        role: "measure",
        type: "integer",
      }),
    "contract-invalid",
  ],
  "a list rule": [(d) => Object.assign(rule(d), { kind: "list" }), "contract-lists-unsupported"],
  "a low threshold of a column": [
    (d) => rule(d).threshold.columns.push({ column: "balance", minIdentities: 50 }),
    "contract-invalid",
  ],
  "a low threshold without an override": [
    (d) => Object.assign(rule(d).threshold, { minIdentities: 10 }),
    "contract-invalid",
  ],
  "a privacy of a query under thresholds": [
    (d) => Object.assign(first(d.queries), { privacy: { clamps: [], groupsPerIdentity: 1, rho: "1" } }),
    "contract-invalid",
  ],
  "a query for a party that receives nothing": [
    (d) => Object.assign(first(d.queries), { recipients: ["bank"] }),
    "contract-invalid",
  ],
  "a query for an unknown purpose": [(d) => Object.assign(first(d.queries), { purpose: "other" }), "contract-invalid"],
  "a root that is not its digest": [
    (d) => Object.assign(d.evidence.trustAnchor, { sha256: "0".repeat(64) }),
    "contract-invalid",
  ],
  "an approval of more keys than listed": [
    (d) => Object.assign(first(d.parties).approvals.grant, { required: 2 }),
    "contract-invalid",
  ],
  "an end before the beginning": [
    (d) => Object.assign(d.validity, { notAfter: "2025-01-01T00:00:00Z" }),
    "contract-invalid",
  ],
  "an output column that is not there": [
    (d) =>
      void first(d.queries).output.push({
        kind: "sum",
        name: "x",
        reads: [{ column: "nowhere", dataset: "accounts" }],
      }),
    "contract-invalid",
  ],
  "differential privacy of queries that do not say how": [
    (d) => {
      noisy(d)
      Object.assign(first(d.queries), { privacy: null })
    },
    "contract-invalid",
  ],
  "differential privacy that is released at a time that may not hold": [
    (d) => {
      noisy(d)
      d.release = { delaySeconds: d.limits.runSeconds, mode: "differential-privacy" }
    },
    "contract-invalid",
  ],
  "differential privacy without a budget": [
    (d) => {
      noisy(d)
      rule(d).privacyBudget = null
    },
    "contract-invalid",
  ],
  "image updates": [
    (d) => Object.assign(d.evidence, { imageUpdates: { approvers: ["bank"] } }),
    "contract-feature-unsupported",
  ],
  "measurements of debug mode": [
    (d) => Object.assign(first(d.evidence.images), { pcr1: "0".repeat(96) }),
    "contract-invalid",
  ],
  "no identity column": [(d) => void dataset(d).columns.shift(), "contract-invalid"],
  "one key in two places": [
    (d) => Object.assign(first(d.parties).card, { accessKey: first(d.parties).card.resultKey }),
    "contract-invalid",
  ],
  "table names that collide": [
    (d) => {
      d.datasets.push({ ...dataset(d), lineage: "C".repeat(22) })
    },
    "contract-invalid",
  ],
  "templates of a rule of another kind": [(d) => rule(d).templates.push("5".repeat(64)), "contract-invalid"],
  "templates that are none": [(d) => Object.assign(rule(d), { kind: "template" }), "contract-invalid"],
  "text that is to be added up": [
    (d) => d.datasets[1]?.rule.aggregateColumns.push({ column: "region", functions: ["sum"] }),
    "contract-invalid",
  ],
  "thresholds of a column that is not there": [
    (d) => rule(d).threshold.columns.push({ column: "nowhere", minIdentities: 100 }),
    "contract-invalid",
  ],
  "two identity columns": [
    (d) => dataset(d).columns.push({ meaning: "x", name: "second", role: "identity", type: "identity" }),
    "contract-invalid",
  ],
}

describe("checkContract", () => {
  it("accepts the contract that the cases start from", () => {
    checkContract(checkSchema(contract, Contract))
    expect(Object.keys(CASES).length).toBe(33)
  })

  it("accepts differential privacy in place of thresholds", () => {
    const draft = structuredClone(contract)
    noisy(draft)
    expect(checkContract(checkSchema(draft, Contract))).toBeUndefined()
  })

  it("accepts templates, column thresholds, an override below 11, dominance of both kinds, buckets and attributes", () => {
    const draft = structuredClone(contract)
    bucket(draft, { range: { max: "2026-01-12", min: "2026-01-05" }, type: "date", unit: "week" })
    bucket(draft, { range: { max: "2026-10-01", min: "2026-01-01" }, type: "date", unit: "quarter" })
    first(draft.queries).output.splice(-1, 1)
    const { threshold, ...own } = rule(draft)
    Object.assign(rule(draft), {
      ...own,
      dimensionColumns: ["branch", "balance"],
      dominance: [
        { kind: "p-percent", p: 10 },
        { k: 40, kind: "n-k", n: 1 },
        { k: 60, kind: "n-k", n: 2 },
      ],
      kind: "template",
      templates: ["5".repeat(64)],
      threshold: {
        ...threshold,
        columns: [{ column: "balance", minIdentities: 10 }],
        minIdentities: 5,
        override: { approvedBy: "Ada", reason: "test" },
      },
    })
    expect(checkContract(checkSchema(draft, Contract))).toBeUndefined()
  })

  for (const [name, [edit, code]] of Object.entries(CASES)) {
    it(`refuses ${name}: ${code}`, async () => {
      const draft = structuredClone(contract)
      edit(draft)
      await expectCode(code, () => checkContract(checkSchema(draft, Contract)))
    })
  }

  it("has a closed schema: unknown fields, missing fields, bidi text", async () => {
    await expectCode("json-schema", () => checkSchema({ ...contract, more: 1 }, Contract))
    await expectCode("json-schema", () => checkSchema({ ...contract, terms: undefined }, Contract))
    await expectCode("json-schema", () => checkSchema({ ...contract, title: "a\u202eb" }, Contract))
  })
})
