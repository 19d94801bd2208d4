import { beforeAll, describe, expect, it } from "vitest"
import { checkContract } from "../../../shared/contract/check.ts"
import { Contract } from "../../../shared/contract/contract.ts"
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

const CASES: Readonly<Record<string, readonly [Edit, ErrorCode]>> = {
  "a column named in a rule that is not there": [(d) => rule(d).filterColumns.push("nowhere"), "contract-invalid"],
  "a count-distinct of a column": [
    (d) => first(rule(d).aggregateColumns).functions.push("count-distinct"),
    "contract-feature-unsupported",
  ],
  "a dataset of nobody": [(d) => Object.assign(dataset(d), { owner: "agency" }), "contract-invalid"],
  "a dimension that is a measure": [(d) => rule(d).dimensionColumns.push("balance"), "contract-invalid"],
  "a dominance rule": [
    (d) => Object.assign(rule(d), { dominance: { k: 10, kind: "n-k", n: 1 } }),
    "contract-feature-unsupported",
  ],
  "a fixed time of release": [
    (d) => Object.assign(d, { release: { delaySeconds: 5, mode: "threshold" } }),
    "contract-feature-unsupported",
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
  "a list rule": [(d) => Object.assign(rule(d), { kind: "list" }), "contract-feature-unsupported"],
  "a low threshold without an override": [
    (d) => Object.assign(rule(d).threshold, { minIdentities: 10 }),
    "contract-invalid",
  ],
  "a privacy budget": [
    (d) => Object.assign(rule(d), { privacyBudget: { delta: "0.1", epsilon: "1" } }),
    "contract-feature-unsupported",
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
    (d) => void first(d.queries).output.push({ column: "nowhere", dataset: "accounts", kind: "sum", name: "x" }),
    "contract-invalid",
  ],
  "differential privacy": [
    (d) => Object.assign(d, { release: { delaySeconds: 0, delta: "0", epsilon: "1", mode: "differential-privacy" } }),
    "contract-feature-unsupported",
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
  "scalar functions": [(d) => rule(d).scalarFunctions.push("lower"), "contract-feature-unsupported"],
  "table names that collide": [
    (d) => {
      d.datasets.push({ ...dataset(d), lineage: "C".repeat(22) })
    },
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
    expect(Object.keys(CASES).length).toBe(24)
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
