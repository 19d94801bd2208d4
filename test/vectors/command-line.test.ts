import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runParley } from "../support/parley.ts"
import { argumentsOf, byOneProcess, isExpressible, saidBy } from "./by-command-line.ts"
import { readVectors } from "./cases.ts"

const vectors = readVectors()
const expressible = vectors.filter(isExpressible)
/**
 * One case of each code in a process of its own, and all instants that are none: Node reads them into memory that it has
 * not cleared, which has other contents in a process that has done nothing else yet.
 */
const oneOfEach = new Map(expressible.map((vector) => [vector.expected.code, vector])).values()
const instants = expressible.filter(({ id }) => id.startsWith("certificate/instant-"))
const alone = [...new Set([...oneOfEach, ...instants])]

describe("the published cases, through parley attestation verify", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "parley-vectors-"))
  })
  afterAll(() => rm(folder, { force: true, recursive: true }))

  it("says of each what it must, and counts those that a file cannot be asked", async () => {
    const commands = await Promise.all(expressible.map((vector) => argumentsOf(vector, folder)))
    const half = Math.ceil(commands.length / 2)
    const answers = await Promise.all([byOneProcess(commands.slice(0, half)), byOneProcess(commands.slice(half))])
    const said = answers.flat().map((answer, index) => ({ ...answer, id: expressible[index]?.id }))
    expect(said).toEqual(expressible.map(({ expected, id }) => ({ ...expected, id })))
    process.stdout.write(`${vectors.length} cases, ${said.length} through the command line\n`)
    expect(said.length).toBe(609)
    expect(vectors.length - said.length).toBe(62)
  })

  it("says the same in a process of its own, once for each code, and of every instant that is none", async () => {
    const said: object[] = []
    for (const pair of pairs(alone)) {
      const ran = pair.map(async (vector) => {
        const answer = saidBy(await runParley(await argumentsOf(vector, folder)))
        return { ...answer, id: vector.id }
      })
      said.push(...(await Promise.all(ran)))
    }
    expect(said).toEqual(alone.map(({ expected, id }) => ({ ...expected, id })))
    expect(said.length).toBe(53)
  })
})

function pairs<T>(items: readonly T[]): readonly (readonly T[])[] {
  return items.flatMap((_, index) => (index % 2 === 0 ? [items.slice(index, index + 2)] : []))
}
