import { describe, expect, it } from "vitest"
import type { EngineOutput } from "../../../shared/gate/group.ts"
import { MOST_GROUPS } from "../../../shared/query/plan.ts"
import type { ValueType } from "../../../shared/query/value-type.ts"
import { expectCode } from "../../support/rejects.ts"
import { COUNT, column, dimension, gateAll, gateOf, integers, planOf, REGION, sum } from "./plans.ts"

const plan = planOf([COUNT, sum()])
const run = gateOf(plan)

/** people, region, contributing, total, absolute, shares. */
const GENUINE = ["100", "east", "100", "50000", "50000", "[1000, 900]"] as const
const cells = ["people", "region", "contributing", "total", "absolute", "shares"] as const
type Over = Partial<Record<(typeof cells)[number], string | null>>
const row = (over: Over): (string | null)[] =>
  cells.map((name, index) => (name in over ? (over[name] ?? null) : (GENUINE[index] ?? null)))

describe("what a compromised engine may say", () => {
  it("is released when it is genuine", () => {
    expect(run([...GENUINE]).rows).toEqual([["east", "100", "50000"]])
  })

  const hostile: Readonly<Record<string, EngineOutput>> = {
    "a dimension outside its domain": [row({ region: "p-12345" })],
    "a null dimension": [row({ region: null })],
    "the same group twice": [row({}), row({})],
    "no people": [row({ contributing: "0", people: "0", shares: null, total: null })],
    "people with a sign": [row({ people: "+100" })],
    "people with a zero before them": [row({ people: "0100" })],
    "people that are no number": [row({ people: "1e2" })],
    "people that are null": [row({ people: null })],
    "people beyond the datasets": [row({ people: "20000001" })],
    "people of all groups beyond the datasets": [
      row({ contributing: "100", people: "20000000" }),
      row({ people: "100", region: "west" }),
    ],
    "more contributing than people": [row({ contributing: "101" })],
    "a sum beyond its range": [row({ absolute: "100001", total: "100001" })],
    "a sum below its range": [row({ absolute: "10001", total: "-10001" })],
    "a sum with digits behind the point": [row({ total: "1.5" })],
    "a sum that is no number": [row({ total: "1e9" })],
    "a sum of nobody": [row({ absolute: "0", contributing: "0", shares: null })],
    "an absolute sum below the sum": [row({ absolute: "49998" })],
    "an absolute sum of the wrong parity": [row({ absolute: "50001" })],
    "losses beyond what people can lose": [row({ absolute: "70002" })],
    "gains beyond what people can gain": [row({ absolute: "100200", total: "99900" })],
    "an absolute sum that is null": [row({ absolute: null })],
    "shares that ascend": [row({ shares: "[900, 1000]" })],
    "a share beyond what one may have": [row({ shares: "[1001, 900]" })],
    "a negative share": [row({ shares: "[1000, -900]" })],
    "a negative share of two people": [
      row({ absolute: "1900", contributing: "2", shares: "[1000, -900]", total: "1900" }),
    ],
    "too few shares": [row({ shares: "[1000]" })],
    "too many shares": [row({ shares: "[1000, 900, 900]" })],
    "no shares": [row({ shares: null })],
    "shares that are no list": [row({ shares: "1000, 900" })],
    "shares that are no numbers": [row({ shares: "[1000, x]" })],
    "shares beyond the sum": [row({ absolute: "1000", shares: "[900, 900]", total: "1000" })],
    "the smallest shares, so that a dominated sum looks spread": [row({ shares: "[400, 300]" })],
    "a share of nothing": [row({ shares: "[1000, 0]" })],
    "others with less than one each": [row({ absolute: "1997", shares: "[1000, 900]", total: "1997" })],
    "a cell too many": [[...GENUINE, "1"]],
    "a cell too few": [GENUINE.slice(0, 5)],
    "too many groups": Array.from({ length: MOST_GROUPS + 1 }, () => row({})),
  }
  for (const [name, rows] of Object.entries(hostile)) {
    it(`is refused: ${name}`, () => expectCode("gate-refused", () => gateAll(plan, rows)))
  }

  it("lies on the grid of the declared values", async () => {
    const stepped = gateOf(planOf([COUNT, sum(integers(100, 1000, 50))]))
    expect(stepped(row({ shares: "[1000, 950]" })).rows.length).toBe(1)
    await expectCode("gate-refused", () => stepped(row({ absolute: "50001", total: "50001" })))
    await expectCode("gate-refused", () => stepped(row({ shares: "[1000, 901]" })))
  })

  it("is bounded where no dominance rule asks for more", async () => {
    const stepped = gateOf(planOf([COUNT, sum(integers(-100, 1000, 50))]), { dominance: [] })
    expect(stepped(["100", "east", "100", "50000"]).rows.length).toBe(1)
    for (const total of ["50001", "100050", "-10050"]) {
      await expectCode("gate-refused", () => stepped(["100", "east", "100", total]))
    }
  })

  it("keeps decimals to their scale", async () => {
    const decimal: ValueType = { kind: "decimal", max: 100_000n, min: 0n, scale: 2, step: 1n }
    const money = gateOf(planOf([COUNT, sum(decimal)]))
    const cents = { absolute: "50000.00", shares: "[1000.00, 900.50]", total: "50000.00" }
    expect(money(row(cents)).rows).toEqual([["east", "100", "50000"]])
    await expectCode("gate-refused", () => money(row({ ...cents, total: "50000.001" })))
    await expectCode("gate-refused", () => money(row({ ...cents, shares: "[1000.00, 900.505]" })))
    await expectCode("gate-refused", () => money(row({ ...cents, shares: "[1000.01, 900.50]" })))
  })

  it("has at least a row for everybody who contributes to an average, and no more than there can be", async () => {
    const avg = { argument: column(0, "balance", integers(-100, 1000, 100)), filter: null, kind: "avg" as const }
    const averages = gateOf(planOf([avg], { rows: 2n }))
    const of = (rows: string, total = "50000") => ["100", "100", "east", "100", total, rows, total, "[1000, 900]"]
    expect(averages(of("200")).rows.length).toBe(1)
    await expectCode("gate-refused", () => averages(of("201")))
    await expectCode("gate-refused", () => averages(of("99", "49900")))
    await expectCode("gate-refused", () => averages(of("100", "150000")))
    await expectCode("gate-refused", () => averages(of("100", "50050")))
    const odd = { argument: column(0, "balance", integers(-50, 950, 100)), filter: null, kind: "avg" as const }
    const offset = gateOf(planOf([odd], { rows: 2n }))
    const told = (rows: string) => ["100", "100", "east", "100", "50050", rows, "50050", "[950, 900]"]
    expect(offset(told("101")).rows.length).toBe(1)
    await expectCode("gate-refused", () => offset(told("100")))
  })
})

describe("people who are in the same counts", () => {
  it("are no more than there are in a count or out of it, and somebody", async () => {
    const filter = column(0, "flag", { kind: "boolean" })
    const counts = gateOf(
      planOf([
        { ...COUNT, filter },
        { ...COUNT, filter },
      ]),
    )
    expect(counts(["200", "60", "east", "60", "140"]).rows.length).toBe(1)
    for (const alike of ["0", "61", "200", null]) {
      await expectCode("gate-refused", () => counts(["200", alike, "east", "60", "140"]))
    }
  })
})

describe("dimensions", () => {
  const released = (type: ValueType, cell: string) =>
    gateOf(planOf([COUNT], { outputs: [dimension(type)] }))(["60", cell])

  const month: ValueType = { kind: "date", max: 20_000n, min: 19_000n, unit: "month" }
  const hostile: readonly (readonly [ValueType, string, ...string[]])[] = [
    [integers(0, 100, 10), "30", "31", "-10", "110", "030", "3e1", "+30", "30.0", " 30"],
    [{ kind: "boolean" }, "true", "TRUE", "t", "1"],
    [month, "2023-05-01", "2023-05-02", "2023-13-01", "2021-01-01", "2030-01-01", "01/05/2023", "2023-05-01 00:00:00"],
    [{ ...month, unit: "week" }, "2023-05-01", "2023-05-02", "2023-04-30"],
    [REGION, "east", "East", "east ", "south"],
  ]
  for (const [type, genuine, ...forged] of hostile) {
    it(`of kind ${type.kind} have declared values: ${genuine}`, async () => {
      expect(released(type, genuine).rows).toEqual([[genuine]])
      for (const cell of forged) await expectCode("gate-refused", () => released(type, cell))
    })
  }
})

describe("owners who have rows of some people only", () => {
  const left = planOf([{ ...COUNT, relation: 1 }, sum()], { left: true })
  /** people, alike, region, present; count: contributing, present; sum: contributing, present, total, absolute, shares. */
  const genuine = ["200", "50", "east", "100", "100", "100", "150", "100", "50000", "50000", "[1000, 900]"]
  const told = (over: Readonly<Record<number, string>>) => genuine.map((cell, index) => over[index] ?? cell)

  it("are believed only what adds up", async () => {
    expect(gateOf(left)(genuine).rows.length).toBe(1)
    const hostile: Readonly<Record<string, Readonly<Record<number, string>>>> = {
      "fewer counted rows of the bureau than there are": { 5: "50" },
      "more contributing and absent than absent": { 3: "160", 4: "160", 5: "160", 6: "150", 7: "100" },
      "more contributing and present than contributing": { 6: "60", 7: "100" },
      "more contributing and present than present": { 7: "101" },
      "more present than people": { 3: "201", 4: "201", 5: "201" },
    }
    for (const over of Object.values(hostile)) await expectCode("gate-refused", () => gateOf(left)(told(over)))
  })
})
