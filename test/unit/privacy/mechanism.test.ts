import { describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import { PrivatePolicy } from "../../../shared/contract/private-policy.ts"
import type { OutputColumn, QueryPrivacy } from "../../../shared/contract/query.ts"
import { addNoise } from "../../../shared/privacy/gate.ts"
import { mechanismOf } from "../../../shared/privacy/mechanism.ts"
import { privatePolicy } from "../../../shared/privacy/policy.ts"
import { rational } from "../../../shared/privacy/rational.ts"
import { checkPrivacyTerms } from "../../../shared/privacy/terms.ts"
import { expectCode } from "../../support/rejects.ts"
import {
  AMOUNTS,
  database,
  exactRows,
  type Payment,
  PEOPLE,
  planned,
  privateContract,
  REGION,
  REGIONS,
  seedOf,
} from "./private-query.ts"

const FROM = "FROM payments JOIN persons ON payments.id = persons.id"
const CLAMP = { column: "total", max: "50", min: "-20" }
const ALL_SQL = `SELECT persons.region, count(DISTINCT payments.id) AS people, sum(payments.amount) AS total,
avg(payments.amount) AS mean, count(DISTINCT payments.id) FILTER (WHERE payments.amount > 0) / count(DISTINCT payments.id) AS share
${FROM} GROUP BY persons.region`
const ALL = {
  output: [
    REGION,
    PEOPLE,
    { kind: "sum", name: "total", reads: AMOUNTS },
    { kind: "avg", name: "mean", reads: AMOUNTS },
    { kind: "ratio", name: "share", reads: [] },
  ] satisfies OutputColumn[],
  privacy: { clamps: [CLAMP, { column: "mean", max: "100", min: "0" }], groupsPerIdentity: 2, rho: "0.5" },
  sql: ALL_SQL,
}

async function mechanism(
  over: Parameters<typeof privateContract>[0],
  edit: (draft: Contract) => void = () => undefined,
) {
  const contract = await privateContract(over)
  const plan = await planned(contract)
  const draft = structuredClone(contract)
  edit(draft)
  return { contract: draft, mechanism: mechanismOf(draft, plan), plan }
}

describe("mechanism", () => {
  it("splits rho equally over all noisy numbers; an average has two, a ratio the two of its sides", async () => {
    const { contract, mechanism: made, plan } = await mechanism(ALL)
    // Five aggregates and the rows of the average: 6 numbers, each bound^2 * 2 groups * 6 / (2 * 1/2).
    expect(made.numbers.map(({ bound, part }) => [part, bound])).toEqual([
      ["value", 1n],
      ["value", 50n],
      ["value", 100n],
      ["rows", 8n],
      ["value", 1n],
      ["value", 1n],
    ])
    for (const { bound, variance } of made.numbers) expect(variance).toEqual(rational(bound * bound * 12n, 1n))
    const policy = PrivatePolicy.parse(privatePolicy(contract, plan))
    expect(policy.numbers.map(({ column }) => column)).toEqual([
      "people",
      "total",
      "mean",
      "mean",
      "share.numerator",
      "share.denominator",
    ])
    expect(policy.guarantees.map(({ dataset }) => dataset)).toEqual(["payments", "persons"])
    expect(Number(policy.guarantees[0]?.epsilon)).toBeCloseTo(0.5 + 2 * Math.sqrt(0.5 * Math.log(1e5)), 5)
  })

  it("takes the larger end of a clamp, whichever it is", async () => {
    const bound = async (min: string, max: string) => {
      const { mechanism: made } = await mechanism({
        ...ALL,
        privacy: {
          ...ALL.privacy,
          clamps: [
            { column: "total", max, min },
            { column: "mean", max: "1", min: "0" },
          ],
        },
      })
      return made.numbers[1]?.bound
    }
    expect([await bound("-70", "3"), await bound("10", "20"), await bound("-9", "-8")]).toEqual([70n, 20n, 9n])
  })

  it("lists every declared group, whoever is in it", async () => {
    const { mechanism: made } = await mechanism({
      output: [REGION, { column: "branch", dataset: "payments", kind: "dimension", name: "branch" }, PEOPLE],
      sql: `SELECT persons.region, payments.branch, count(DISTINCT payments.id) AS people ${FROM} GROUP BY persons.region, payments.branch`,
    })
    expect(made.groups).toHaveLength(30)
    expect(made.groups[0]).toEqual(["east", "0"])
    expect(made.groups.at(-1)).toEqual(["north", "9"])
    expect(
      (await mechanism({ output: [PEOPLE], sql: `SELECT count(DISTINCT payments.id) AS people ${FROM}` })).mechanism
        .groups,
    ).toEqual([[]])
  })

  const refused: Readonly<Record<string, Parameters<typeof mechanism>>> = {
    "a LEFT JOIN": [
      {
        sql: `SELECT persons.region, count(DISTINCT payments.id) AS people FROM persons LEFT JOIN payments ON payments.id = persons.id GROUP BY persons.region`,
      },
    ],
    "a condition in ON": [
      {
        sql: `SELECT persons.region, count(DISTINCT payments.id) AS people ${FROM} AND payments.amount > 5 GROUP BY persons.region`,
      },
    ],
    "more groups than may be released": [{ maxGroups: 2 }],
    "a sum without a clamp": [{ ...ALL, privacy: { clamps: [{ column: "mean", max: "1", min: "0" }] } }],
    "a clamp of a count": [{ privacy: { clamps: [{ column: "people", max: "1", min: "0" }] } }],
    "a clamp that is empty": [
      {
        ...ALL,
        privacy: {
          clamps: [
            { ...CLAMP, max: "-30" },
            { column: "mean", max: "1", min: "0" },
          ],
        },
      },
    ],
    "a clamp of nothing but zero": [
      {
        ...ALL,
        privacy: {
          clamps: [
            { ...CLAMP, max: "0", min: "0" },
            { column: "mean", max: "1", min: "0" },
          ],
        },
      },
    ],
    "a clamp finer than the values": [
      {
        ...ALL,
        privacy: {
          clamps: [
            { ...CLAMP, max: "0.5" },
            { column: "mean", max: "1", min: "0" },
          ],
        },
      },
    ],
    "two clamps of one column": [
      { ...ALL, privacy: { clamps: [CLAMP, CLAMP, { column: "mean", max: "1", min: "0" }] } },
    ],
    "rho of zero": [{ privacy: { rho: "0" } }],
    "a negative rho": [{ privacy: { rho: "-1" } }],
    "an owner without a budget": [{}, (draft) => Object.assign(draft.datasets[1]?.rule ?? {}, { privacyBudget: null })],
    "a delta of one": [
      {},
      (draft) => Object.assign(draft.datasets[1]?.rule ?? {}, { privacyBudget: { delta: "1", epsilon: "1" } }),
    ],
    "no terms at all": [{}, (draft) => Object.assign(draft.queries[0] ?? {}, { privacy: null })],
  }
  for (const [name, made] of Object.entries(refused)) {
    it(`refuses ${name}`, () => expectCode("query-privacy", () => mechanism(...made)))
  }

  it("refuses a ratio of two sums: one clamp cannot be both", () =>
    expectCode("query-privacy", () =>
      mechanism({
        output: [REGION, { kind: "ratio", name: "total", reads: AMOUNTS }],
        privacy: { clamps: [CLAMP] },
        sql: `SELECT persons.region, sum(payments.amount) / sum(payments.amount) AS total ${FROM} GROUP BY persons.region`,
      }),
    ))
})

describe("terms of a private contract", () => {
  it("are there for every query and dataset, or for none", async () => {
    const contract = await privateContract({})
    expect(() => checkPrivacyTerms(contract)).not.toThrow()
    const edits: readonly ((draft: Contract) => void)[] = [
      (draft) => Object.assign(draft.queries[0] ?? {}, { privacy: null }),
      (draft) => Object.assign(draft.datasets[0]?.rule ?? {}, { privacyBudget: null }),
      (draft) => Object.assign(draft, { release: { mode: "threshold" } }),
      (draft) =>
        Object.assign(draft, { release: { delaySeconds: draft.limits.runSeconds, mode: "differential-privacy" } }),
      (draft) => {
        draft.limits.runSeconds = 86_400
        draft.release = { delaySeconds: draft.limits.grantLifetimeSeconds, mode: "differential-privacy" }
      },
    ]
    for (const edit of edits) {
      const draft = structuredClone(contract)
      edit(draft)
      await expectCode("contract-invalid", () => checkPrivacyTerms(draft))
    }
  })
})

describe("bounded contributions, through the SQL that a run sends", () => {
  const payments: readonly Payment[] = [
    { amount: 10, branch: 0, person: 0 },
    { amount: 90, branch: 1, person: 0 },
    { amount: -500, branch: 0, person: 1 },
    { amount: 7, branch: 2, person: 3 },
  ]

  it("clamps each person's total, and counts rows and people", async () => {
    const { mechanism: made, plan } = await mechanism(ALL)
    const rows = await exactRows(await database(payments), plan, made)
    const byRegion = new Map(rows.map(([region, ...cells]) => [region, cells]))
    // Persons 0 (100, clamped to 50) and 3 (7) are in the east, person 1 (-500, clamped to -20) is in the west.
    expect(byRegion.get("east")).toEqual(["2", "57", "107", "3", "2", "2"])
    expect(byRegion.get("west")).toEqual(["1", "-20", "0", "1", "0", "1"])
    expect(rows).toHaveLength(2)
  })

  it("keeps at most so many groups of one person, by its own rows and the key alone", async () => {
    const by = (groupsPerIdentity: number) => ({
      output: [
        { column: "branch", dataset: "payments", kind: "dimension", name: "branch" },
        PEOPLE,
      ] satisfies OutputColumn[],
      privacy: { groupsPerIdentity } as Partial<QueryPrivacy>,
      sql: `SELECT payments.branch, count(DISTINCT payments.id) AS people ${FROM} GROUP BY payments.branch`,
    })
    const many = Array.from({ length: 60 }, (_, i) => ({ amount: 1, branch: i % 7, person: 3 * (i % 11) }))
    const alone = many.filter(({ person }) => person === 0)
    for (const groupsPerIdentity of [1, 2, 5]) {
      const { mechanism: made, plan } = await mechanism(by(groupsPerIdentity))
      for (const key of ["a", "b", "c", "d"]) {
        const counts = async (rows: readonly Payment[]) => {
          const counted = await exactRows(await database(rows), plan, made, seedOf(key))
          return new Map(counted.map(([branch, people]) => [branch, Number(people)]))
        }
        const all = await counts(many)
        const without = await counts(many.filter(({ person }) => person !== 0))
        const changed = [...all].filter(([branch, people]) => people !== (without.get(branch) ?? 0))
        expect(changed.length).toBe(groupsPerIdentity)
        for (const [branch, people] of changed) expect(people - (without.get(branch) ?? 0)).toBe(1)
        // The choice does not depend on who else is there.
        expect([...(await counts(alone)).keys()].sort()).toEqual(changed.map(([branch]) => branch).sort())
      }
    }
  })

  it("chooses other groups with another key", async () => {
    const { mechanism: made, plan } = await mechanism({
      output: [{ column: "branch", dataset: "payments", kind: "dimension", name: "branch" }, PEOPLE],
      sql: `SELECT payments.branch, count(DISTINCT payments.id) AS people ${FROM} GROUP BY payments.branch`,
    })
    const engine = await database(Array.from({ length: 7 }, (_, branch) => ({ amount: 1, branch, person: 0 })))
    const chosen = await Promise.all(
      Array.from({ length: 40 }, (_, i) => exactRows(engine, plan, made, seedOf(`key ${i}`))),
    )
    expect(chosen.every((rows) => rows.length === 1)).toBe(true)
    expect(new Set(chosen.map(([row]) => row?.[0])).size).toBeGreaterThan(4)
  })
})

describe("noise", () => {
  it("releases every declared group with the same bytes for the same seed, whatever the order of rows", async () => {
    const { contract, mechanism: made, plan } = await mechanism(ALL)
    const rows = await exactRows(
      await database([
        { amount: 10, branch: 0, person: 0 },
        { amount: 3, branch: 0, person: 1 },
      ]),
      plan,
      made,
    )
    const released = (seed: string, given = rows) =>
      addNoise({ contract, mechanism: made, plan, rows: given, seed: seedOf(seed) }).rows
    expect(released("one").map(([region]) => region)).toEqual([...REGIONS])
    expect(released("one")).toEqual(released("one", rows.toReversed()))
    expect(released("one")).not.toEqual(released("two"))
    expect(released("one").every((row) => row.length === 5)).toBe(true)
  })

  it("keeps what an engine says within declared bounds, and refuses nothing", async () => {
    const { contract, mechanism: made, plan } = await mechanism({ privacy: { rho: "1000000" } })
    const released = (cell: string | null, group = "east") =>
      Number(addNoise({ contract, mechanism: made, plan, rows: [[group, cell]], seed: seedOf("x") }).rows[0]?.[1])
    expect(released("123")).toBe(123)
    expect(released(`1${"0".repeat(30)}`)).toBe(20_000_000)
    expect(released("-5")).toBe(0)
    for (const wrong of [null, "", "1e9", "nothing", "1.5", "0x10"]) expect(released(wrong)).toBe(0)
    expect(released("7", "atlantis")).toBe(0)
  })

  it("an average or ratio over nothing is null, and else is made of noisy numbers", async () => {
    const {
      contract,
      mechanism: made,
      plan,
    } = await mechanism({ ...ALL, privacy: { ...ALL.privacy, rho: "100000000" } })
    const rows = [["east", "4", "100", "101", "8", "3", "4"]]
    const released = addNoise({ contract, mechanism: made, plan, rows, seed: seedOf("x") }).rows
    expect(released[0]).toEqual(["east", "4", "100", "12.63", "0.75"])
    expect(released[1]).toEqual(["west", "0", "0", null, null])
  })
})
