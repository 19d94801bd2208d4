import { beforeAll, describe, expect, it } from "vitest"
import { judgeContract } from "../../../enclave/engine/judge.ts"
import { gate } from "../../../enclave/gate/gate.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { JudgedQuery } from "../../../shared/query/judged.ts"
import { effectivePolicy } from "../../../shared/query/policy.ts"
import { testContract } from "../../support/contract.ts"
import { expectCode } from "../../support/rejects.ts"

let contract: Contract
let plan: JudgedQuery

beforeAll(async () => {
  contract = await testContract()
  const judged = (await judgeContract(contract)).get("overlap")
  if (judged === undefined) throw new Error("no plan")
  plan = judged
})

/** people, region, total, rows with a value, contributing. */
type Row = [string, string | null, string, string, string]
const run = (...output: Row[]) => gate({ contract, output, plan, policy: effectivePolicy(contract, plan) })
const big: Row = ["100", "east", "50499", "100", "100"]

describe("the gate", () => {
  it("rounds sums to one identity's largest contribution, ties away from zero", () => {
    expect(run(big).rows).toEqual([["east", "100", "50000"]])
    expect(run(["100", "east", "50500", "100", "100"]).rows).toEqual([["east", "100", "51000"]])
    expect(run(["100", "east", "-500", "100", "100"]).rows).toEqual([["east", "100", "-1000"]])
  })

  it("withholds a group below the threshold, and another one with it", () => {
    const gated = run(big, ["49", "west", "100", "49", "49"])
    expect(gated.rows).toEqual([])
    expect(gated.withheld).toBe(2)
  })

  it("withholds an aggregate that singles out people by 0/1 weights", () => {
    for (const contributing of ["1", "49", "51", "99"]) {
      expect(run(["100", "east", "40", "100", contributing]).rows, contributing).toEqual([])
    }
    expect(run(["100", "east", "40", "100", "50"]).rows.length).toBe(1)
    expect(run(["100", "east", "40", "100", "100"]).rows.length).toBe(1)
  })

  it("takes an empty join for an ordinary result", () => {
    expect(run().rows).toEqual([])
    expect(run().withheld).toBe(0)
  })

  it("orders by the dimensions, whatever the engine's order", () => {
    const west: Row = ["200", "west", "1", "200", "200"]
    expect(run(west, big).rows.map(([region]) => region)).toEqual(["east", "west"])
  })

  const hostile: Readonly<Record<string, readonly Row[]>> = {
    "a dimension outside its domain": [["100", "p-12345", "1", "100", "100"]],
    "a null dimension": [["100", null, "1", "100", "100"]],
    "a sum beyond its range": [["100", "east", "100001", "100", "100"]],
    "a sum with digits behind the point": [["100", "east", "1.5", "100", "100"]],
    "a sum that is no number": [["100", "east", "1e9", "100", "100"]],
    "more contributing than people": [["100", "east", "1", "100", "101"]],
    "more rows than people may have": [["100", "east", "1", "101", "100"]],
    "no people": [["0", "east", "0", "0", "0"]],
    "people with a sign": [["+100", "east", "1", "100", "100"]],
    "people beyond the datasets": [["20000001", "east", "1", "100", "100"]],
    "the same group twice": [big, big],
  }
  for (const [name, rows] of Object.entries(hostile)) {
    it(`refuses an engine that reports ${name}`, () => expectCode("gate-refused", () => run(...rows)))
  }

  it("refuses a row of another shape", () => expectCode("gate-refused", () => run([...big, "1"] as unknown as Row)))
})
