import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import { paddedBytes } from "../../../shared/json/padding.ts"
import { MAX_GRANT_SECRET_BYTES, MIN_GRANT_SECRET_BYTES } from "../../../shared/protocol/grant.ts"
import { putInForce } from "../../../verifier/cli/optout/in-force.ts"
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

describe("since when somebody is out", () => {
  const grant = (...lineages: string[]) => putInForce(home, lineages)

  it("is never new in the first run, and afterwards by the grant that first took the person out", async () => {
    await addOptOuts(home, ACCOUNTS, [token(5)])
    expect(await grant(ACCOUNTS)).toEqual({ steps: [0], tokens: [token(5)] })
    expect(await grant(ACCOUNTS)).toEqual({ steps: [0], tokens: [token(5)] })
    await addOptOuts(home, ACCOUNTS, [token(1)])
    expect(await grant(ACCOUNTS)).toEqual({ steps: [1, 0], tokens: [token(1), token(5)] })
    await addOptOuts(home, ACCOUNTS, [token(3), token(9)])
    const third = { steps: [1, 2, 0, 2], tokens: [token(1), token(3), token(5), token(9)] }
    expect(await grant(ACCOUNTS)).toEqual(third)
    expect(await grant(ACCOUNTS)).toEqual(third)
  })

  it("is new for everybody after a first run without a single one", async () => {
    expect(await grant(ACCOUNTS)).toEqual({ steps: [], tokens: [] })
    await addOptOuts(home, ACCOUNTS, [token(1)])
    expect(await grant(ACCOUNTS)).toEqual({ steps: [1], tokens: [token(1)] })
  })

  it("is by dataset, and with several by the newest: each list takes people out of all data of a grant", async () => {
    await addOptOuts(home, ACCOUNTS, [token(1)])
    await grant(ACCOUNTS)
    await addOptOuts(home, CARDS, [token(2)])
    expect(await grant(CARDS)).toEqual({ steps: [0], tokens: [token(2)] })
    expect(await grant(ACCOUNTS, CARDS)).toEqual({ steps: [1, 1], tokens: [token(1), token(2)] })
    expect(await grant(ACCOUNTS)).toEqual({ steps: [0], tokens: [token(1)] })
  })

  it("is kept in a private file, and one that is damaged is refused", async () => {
    await grant(ACCOUNTS)
    const file = join(home.folder, "opt-outs", "in-force.json")
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await writeFile(file, (await readFile(file)).subarray(0, 20))
    await expectCode("json-malformed", () => grant(ACCOUNTS))
  })

  it("fits into a grant's secret for 40,000 people", async () => {
    const secret = { optOutSteps: tokens(40_000).map(() => 1_000_000), optOuts: tokens(40_000), padding: "" }
    expect(paddedBytes(secret, MIN_GRANT_SECRET_BYTES).length).toBeLessThanOrEqual(MAX_GRANT_SECRET_BYTES)
  })
})
