import { mkdir, mkdtemp, readdir, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { objectDigest } from "../../../shared/signed/kinds.ts"
import { noiseKey } from "../../../verifier/cli/budget/noise-key.ts"
import { budgetStatements } from "../../../verifier/cli/budget/statement.ts"
import { book, localLedger } from "../../../verifier/cli/ledger/book.ts"
import { bookedSpends, requireWithinBudget, spentBefore } from "../../../verifier/ledger/budget.ts"
import type { Intention } from "../../../verifier/ledger/limits.ts"
import { requireGrantable } from "../../../verifier/ledger/rules.ts"
import { type PaidRun, spendsOf } from "../../../verifier/privacy/charge.ts"
import { expectCode } from "../../support/rejects.ts"
import { BUDGET, privateContract } from "./private-query.ts"

const digest = (letter: string) => letter.repeat(64)
const share = (byte: number) => new Uint8Array(32).fill(byte)
const BOOT = "A".repeat(43)

let contract: Contract
let home: { folder: string }

beforeAll(async () => {
  contract = await privateContract({})
})
beforeEach(async () => {
  home = { folder: await mkdtemp(join(tmpdir(), "parley-charge-")) }
})

const run = (over: Partial<PaidRun> = {}): PaidRun => ({
  encryptionKey: BOOT,
  manifests: [{ dataset: "payments" }, { dataset: "persons" }],
  proposal: digest("1"),
  query: "overlap",
  ...over,
})
const lineage = (name: string) => contract.datasets.find((dataset) => dataset.name === name)?.lineage ?? ""

function granted(paid: PaidRun, spend: Intention["spend"]) {
  return {
    ...paid,
    contract: digest("c"),
    event: "granted" as const,
    manifests: [],
    parameters: digest("7"),
    sequence: 1,
    spend,
    statement: digest("8"),
  }
}

describe("what a grant costs", () => {
  it("is the query's rho for this party's own data, and nothing for whoever owns none", () => {
    const payer = { noiseShare: share(1), party: "bank" }
    expect(spendsOf(contract, run(), payer)).toMatchObject([{ lineage: lineage("payments"), rho: "0.1" }])
    expect(spendsOf(contract, run(), { ...payer, party: "agency" })).toEqual([])
    const open = { ...contract, queries: contract.queries.map((query) => ({ ...query, privacy: null })) }
    expect(spendsOf(open, run(), payer)).toEqual([])
  })

  it("is paid for each boot where another owner could change its share unseen, and once at the same boot", () => {
    const charge = (over: Partial<PaidRun>, byte = 1) =>
      spendsOf(contract, run(over), { noiseShare: share(byte), party: "bank" })[0]?.charge
    expect(charge({})).toBe(charge({}))
    // A grant that expired is made anew for the same boot, which runs a proposal once.
    expect(charge({}, 2)).toBe(charge({}))
    expect(charge({ encryptionKey: "B".repeat(43) })).not.toBe(charge({}))
    expect(charge({ proposal: digest("2") })).not.toBe(charge({}))
  })

  it("is paid once for the identical run of an only owner, at whatever boot and in whatever proposal", () => {
    const own = { ...contract, datasets: contract.datasets.map((dataset) => ({ ...dataset, owner: "bank" })) }
    const charge = (over: Partial<PaidRun>, noiseShare: Uint8Array | null) =>
      spendsOf(own, run(over), { noiseShare, party: "bank" }).map((spend) => spend.charge)
    const first = charge({}, share(1))
    expect(first).toHaveLength(2)
    expect(charge({ encryptionKey: "B".repeat(43), proposal: digest("2") }, share(1))).toEqual(first)
    expect(charge({}, share(2))).not.toEqual(first)
    expect(charge({}, null)).not.toEqual(first)
  })
})

describe("a budget", () => {
  const spends = (paid: PaidRun) => spendsOf(contract, paid, { noiseShare: share(1), party: "bank" })

  it("refuses the grant that it does not hold, and what is booked already costs nothing more", async () => {
    // Epsilon 3 at delta 0.00001 holds one rho of 0.1, which is 2.25, and not two: 3.24.
    const first = run()
    requireWithinBudget(await localLedger(home), contract, spends(first))
    await book(home, granted(first, spends(first)))
    const ledger = await localLedger(home)
    expect(bookedSpends(ledger)).toEqual(spends(first))
    requireWithinBudget(ledger, contract, spends(first))
    const second = run({ proposal: digest("2") })
    await expectCode("privacy-budget-spent", () => requireWithinBudget(ledger, contract, spends(second)))
    const { event: _, ...intention } = granted(second, spends(second))
    await expectCode("privacy-budget-spent", () => requireGrantable(ledger, contract, { ...intention, sequence: 2 }))
  })

  it("is that of the lineage: another contract does not give it back", async () => {
    await book(home, granted(run(), spends(run())))
    const other = { ...contract, id: "B".repeat(22), predecessor: null }
    const again = spendsOf(other, run({ proposal: digest("3") }), { noiseShare: share(5), party: "bank" })
    const ledger = await localLedger(home)
    await expectCode("privacy-budget-spent", () => requireWithinBudget(ledger, other, again))
  })

  it("is not paid twice by a home that approves its own grant", async () => {
    await book(home, granted(run(), spends(run())))
    const ledger = await localLedger(home)
    expect(spentBefore(ledger, digest("1"), BOOT)).toEqual(spends(run()))
    expect(spentBefore(ledger, digest("1"), "B".repeat(43))).toBeNull()
  })
})

describe("a statement of the budget", () => {
  it("names the newest signed contract's budget, what was spent on the lineage, and what is left", async () => {
    const bytes = canonicalBytes(contract)
    const signed = objectDigest("contract", bytes)
    await mkdir(join(home.folder, "contracts"))
    await writeFile(join(home.folder, "contracts", `${signed}.json`), bytes)
    await book(home, { contract: signed, event: "contract-signed", predecessor: null })
    const before = await budgetStatements(home, await localLedger(home), "bank")
    const empty = { charges: 0, left: [{ query: "overlap", rho: "0.1", runs: 1 }], spentEpsilon: "0", spentRho: "0" }
    expect(before).toMatchObject([{ budget: BUDGET, dataset: "payments", ...empty }])
    await book(home, granted(run(), spendsOf(contract, run(), { noiseShare: share(1), party: "bank" })))
    const [after] = await budgetStatements(home, await localLedger(home), "bank")
    expect(after).toMatchObject({ charges: 1, left: [{ runs: 0 }], spentRho: "0.1" })
    expect(Number(after?.spentEpsilon)).toBeCloseTo(0.1 + 2 * Math.sqrt(0.1 * Math.log(1e5)), 3)
  })

  it("tells what a home has paid that only grants, and knows no budget", async () => {
    await book(home, granted(run(), spendsOf(contract, run(), { noiseShare: share(1), party: "bank" })))
    expect(await budgetStatements(home, await localLedger(home), "bank")).toEqual([
      {
        budget: null,
        charges: 1,
        dataset: null,
        left: [],
        lineage: lineage("payments"),
        spentEpsilon: null,
        spentRho: "0.1",
      },
    ])
  })
})

describe("the noise key", () => {
  it("is made once, private, by however many commands at a time", async () => {
    const keys = await Promise.all(Array.from({ length: 8 }, () => noiseKey(home)))
    expect(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size).toBe(1)
    expect(await noiseKey(home)).toEqual(keys[0])
    expect(await readdir(home.folder)).toEqual(["noise-key"])
    expect((await stat(join(home.folder, "noise-key"))).mode & 0o777).toBe(0o600)
  })

  it("that is too short is no key", async () => {
    await writeFile(join(home.folder, "noise-key"), "short")
    await expectCode("file-io", () => noiseKey(home))
  })
})
