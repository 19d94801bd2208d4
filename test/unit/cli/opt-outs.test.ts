import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import { toBase64url } from "../../../shared/bytes.ts"
import { paddedBytes } from "../../../shared/json/padding.ts"
import { MAX_GRANT_SECRET_BYTES, MIN_GRANT_SECRET_BYTES } from "../../../shared/protocol/grant.ts"
import { earlierCommitments, optOutCommitment } from "../../../shared/protocol/opt-outs.ts"
import { writeHomeJson } from "../../../verifier/cli/home.ts"
import { type OptOutsInForce, putInForce } from "../../../verifier/cli/optout/in-force.ts"
import { addOptOuts, optOutsOf } from "../../../verifier/cli/optout/list.ts"
import { expectCode } from "../../support/rejects.ts"

const token = (i: number) => `00000000-0000-0000-0000-${String(i).padStart(12, "0")}`
const tokens = (count: number, from = 0) => Array.from({ length: count }, (_, i) => token(from + i))
const [ACCOUNTS, CARDS] = ["A".repeat(22), `${"B".repeat(21)}A`]

let home: { folder: string }

beforeEach(async () => {
  home = { folder: await mkdtemp(join(tmpdir(), "parley-opt-outs-")) }
})

it("refuses the 40,001st opt-out before it writes: the list stays readable", async () => {
  await expectCode("limit-reached", () => addOptOuts(home, ACCOUNTS, tokens(40_001)))
  expect(await optOutsOf(home, ACCOUNTS)).toEqual([])
  expect(await addOptOuts(home, ACCOUNTS, tokens(40_000))).toBe(40_000)
  await expectCode("limit-reached", () => addOptOuts(home, ACCOUNTS, tokens(1, 40_000)))
  expect(await addOptOuts(home, ACCOUNTS, tokens(5))).toBe(0)
  expect(await optOutsOf(home, ACCOUNTS)).toHaveLength(40_000)
})

it("loses nobody whom two commands add at the same time", async () => {
  const added = await Promise.all(tokens(8).map((one) => addOptOuts(home, ACCOUNTS, [one])))
  expect(added).toEqual(Array.from({ length: 8 }, () => 1))
  expect(await optOutsOf(home, ACCOUNTS)).toEqual(tokens(8))
})

const grant = async (...lineages: string[]) => putInForce(home, lineages, [])

describe("since when somebody is out", () => {
  const steps = async (...lineages: string[]) => {
    const { optOutSteps, optOuts } = await grant(...lineages)
    return { steps: optOutSteps, tokens: optOuts }
  }

  it("is never new in the first run, and afterwards by the grant that first took the person out", async () => {
    await addOptOuts(home, ACCOUNTS, [token(5)])
    expect(await steps(ACCOUNTS)).toEqual({ steps: [0], tokens: [token(5)] })
    expect(await steps(ACCOUNTS)).toEqual({ steps: [0], tokens: [token(5)] })
    await addOptOuts(home, ACCOUNTS, [token(1)])
    expect(await steps(ACCOUNTS)).toEqual({ steps: [1, 0], tokens: [token(1), token(5)] })
    await addOptOuts(home, ACCOUNTS, [token(3), token(9)])
    const third = { steps: [1, 2, 0, 2], tokens: [token(1), token(3), token(5), token(9)] }
    expect(await steps(ACCOUNTS)).toEqual(third)
    expect(await steps(ACCOUNTS)).toEqual(third)
  })

  it("is new for everybody after a first run without a single one", async () => {
    expect(await steps(ACCOUNTS)).toEqual({ steps: [], tokens: [] })
    await addOptOuts(home, ACCOUNTS, [token(1)])
    expect(await steps(ACCOUNTS)).toEqual({ steps: [1], tokens: [token(1)] })
  })

  it("is by dataset, and with several by the newest: each list takes people out of all data of a grant", async () => {
    await addOptOuts(home, ACCOUNTS, [token(1)])
    await grant(ACCOUNTS)
    await addOptOuts(home, CARDS, [token(2)])
    expect(await steps(CARDS)).toEqual({ steps: [0], tokens: [token(2)] })
    expect(await steps(ACCOUNTS, CARDS)).toEqual({ steps: [1, 1], tokens: [token(1), token(2)] })
    expect(await steps(ACCOUNTS)).toEqual({ steps: [0], tokens: [token(1)] })
  })

  it("is kept in a private file, and one that is damaged is refused", async () => {
    await grant(ACCOUNTS)
    const file = join(home.folder, "opt-outs", "in-force.json")
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await writeFile(file, (await readFile(file)).subarray(0, 20))
    await expectCode("json-malformed", () => grant(ACCOUNTS))
  })
})

describe("a home that has granted before", () => {
  const commitmentOf = ({ optOuts, salt }: OptOutsInForce) => optOutCommitment(salt, optOuts)

  it("opens every earlier commitment over the same data, whatever it granted in between", async () => {
    const made = new Map<string, string[]>()
    const sets = [[ACCOUNTS], [CARDS], [ACCOUNTS, CARDS], [CARDS, ACCOUNTS], [ACCOUNTS], [CARDS]]
    for (let round = 0; round < 12; round++) {
      if (round % 3 !== 2) await addOptOuts(home, round % 2 === 0 ? ACCOUNTS : CARDS, [token(90 - 7 * round)])
      // Somebody is on both lists, first on one and then on the other.
      if (round > 5) await addOptOuts(home, CARDS, [token(90 - 7 * (round - 6))])
      for (const set of sets) {
        const earlier = made.get(set.toSorted().join()) ?? []
        const told = await putInForce(home, set, earlier)
        expect([...earlierCommitments(told)]).toEqual(earlier)
        made.set(set.toSorted().join(), [...earlier, commitmentOf(told)])
      }
    }
    expect([...made.values()].map(({ length }) => length)).toEqual([24, 24, 24])
    expect(new Set([...made.values()].flat()).size).toBe(72)
  })

  it("calls nobody old whom an earlier grant over the same data did not have, though one with more data had", async () => {
    await grant(ACCOUNTS)
    await addOptOuts(home, CARDS, [token(2)])
    await grant(ACCOUNTS, CARDS)
    const between = await grant(ACCOUNTS)
    expect(between.optOuts).toEqual([])
    await addOptOuts(home, ACCOUNTS, [token(2)])
    const told = await putInForce(home, [ACCOUNTS], [commitmentOf(between)])
    const [last] = told.earlierOptOuts.slice(-1)
    expect(told.optOutSteps[0]).toBeGreaterThan(last?.step ?? Number.POSITIVE_INFINITY)
  })

  it("makes another commitment for the same list each time: nobody sees that it has not changed", async () => {
    await addOptOuts(home, ACCOUNTS, [token(1)])
    expect(commitmentOf(await grant(ACCOUNTS))).not.toBe(commitmentOf(await grant(ACCOUNTS)))
  })

  it("remembers the salt of a grant that never came about: it may have left all the same", async () => {
    const { salt } = await grant(ACCOUNTS)
    expect((await grant(ACCOUNTS)).earlierOptOuts).toEqual([{ salt: toBase64url(salt), step: 0 }])
  })

  it("refuses what another home of its party has granted, and writes nothing of it", async () => {
    const made = await grant(ACCOUNTS)
    const other = { folder: await mkdtemp(join(tmpdir(), "parley-opt-outs-")) }
    const there = await putInForce(other, [ACCOUNTS], [])
    const before = await readFile(join(home.folder, "opt-outs", "in-force.json"))
    const shown = [commitmentOf(made), commitmentOf(there)]
    const refusal = await expectCode("ledger-behind", () => putInForce(home, [ACCOUNTS], shown))
    expect(refusal.todo).toContain("opt-outs")
    expect(await readFile(join(home.folder, "opt-outs", "in-force.json"))).toEqual(before)
    // Of other data it is another history.
    await expectCode("ledger-behind", () => putInForce(home, [CARDS], [commitmentOf(made)]))
  })

  it("refuses when its own list has lost somebody", async () => {
    await addOptOuts(home, ACCOUNTS, [token(1)])
    const made = await grant(ACCOUNTS)
    await rm(join(home.folder, "opt-outs", `${ACCOUNTS}.json`))
    await expectCode("ledger-behind", () => putInForce(home, [ACCOUNTS], [commitmentOf(made)]))
  })

  it("stops at as many grants as a secret can open", async () => {
    const salt = "A".repeat(43)
    const granted = Array.from({ length: 1001 }, () => ({ lineages: [ACCOUNTS], salt, step: 0, tokens: [] }))
    const write = (count: number) =>
      writeHomeJson(home, "opt-outs/in-force.json", { granted: granted.slice(0, count), taken: [] })
    await write(1000)
    expect((await grant(ACCOUNTS)).earlierOptOuts).toHaveLength(1000)
    await write(1001)
    await expectCode("limit-reached", () => grant(ACCOUNTS))
  })
})

describe("a grant's secret", () => {
  const earlier = (count: number) => Array.from({ length: count }, () => ({ salt: "A".repeat(43), step: 1_000_000 }))
  const length = (people: number, grants: number) =>
    paddedBytes(
      {
        earlierOptOuts: earlier(grants),
        optOutSteps: tokens(people).map(() => 1_000_000),
        optOuts: tokens(people),
        padding: "",
      },
      MIN_GRANT_SECRET_BYTES,
    ).length

  it("has room for 40,000 people and 1,000 earlier grants", () => {
    expect(length(40_000, 1000)).toBeLessThanOrEqual(MAX_GRANT_SECRET_BYTES)
  })

  it("is as long without anybody as with 100 people after 100 grants", () => {
    expect(length(0, 0)).toBe(MIN_GRANT_SECRET_BYTES)
    expect(length(100, 100)).toBe(MIN_GRANT_SECRET_BYTES)
  })
})
