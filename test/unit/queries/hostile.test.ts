import { describe, expect, it } from "vitest"
import type { HostileQuery } from "../../queries/case.ts"
import { BASES, sqlOf } from "../../queries/hostile/bases.ts"
import { HOSTILE_QUERIES } from "../../queries/hostile/index.ts"
import { contractOf, judge } from "../../queries/judging.ts"
import type { World } from "../../queries/worlds/contract.ts"
import { expectCode } from "../../support/rejects.ts"

const WORLDS: readonly World[] = ["fraud", "health", "media", "supply"]
const contractFor = ({ edit, output, parameters = [], sql, world }: HostileQuery, edited = true) =>
  contractOf({ output, parameters, sql, world }, edited ? edit : undefined)

describe("hostile queries and contracts", () => {
  it(`are ${HOSTILE_QUERIES.length}, at least 150, each with a name of its own`, () => {
    const names = HOSTILE_QUERIES.map(({ id }) => id)
    expect(new Set(names).size).toBe(names.length)
    expect(names.length).toBeGreaterThanOrEqual(150)
  })

  for (const world of WORLDS) {
    it(`differ from a query of ${world} that passes`, async () => {
      const { output } = BASES[world]
      const judged = await judge(await contractOf({ output, parameters: [], sql: sqlOf(world), world }))
      expect(judged.plan.outputs.length).toBe(output.length)
    })
  }

  for (const entry of HOSTILE_QUERIES) {
    it(`${entry.id}: ${entry.title}`, async () => {
      const contract = await contractFor(entry)
      const { message } = await expectCode(entry.code, () => judge(contract))
      if (entry.owner !== undefined) expect(message).toContain(`rule of ${entry.owner}`)
      if (entry.at !== undefined) expect(message).toContain(`at "${entry.at}`)
    })
  }

  for (const entry of HOSTILE_QUERIES.filter(({ edit }) => edit !== undefined)) {
    it(`${entry.id} passes without its change of the contract`, async () => {
      const judged = await judge(await contractFor(entry, false))
      expect(judged.policy.owners.length).toBeGreaterThan(0)
    })
  }
})
