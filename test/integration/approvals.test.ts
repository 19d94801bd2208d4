import { cp, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import type { Grant } from "../../shared/protocol/grant.ts"
import { signaturePath } from "../../shared/room/layout.ts"
import { peekJwsUnverified, signJws } from "../../shared/signed/jws.ts"
import { keyId, type PrivateJwk, publicPart } from "../../shared/signed/keys.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import { ApprovingBank } from "../support/approving-bank.ts"
import { parleyFailure, parleyJson, parleyKilledAt } from "../support/parley.ts"

/**
 * The bank needs two of its three keys for a contract, and the data owner and the privacy officer for a grant. Each of
 * them works in a home of their own; the security officer's key counts for contracts alone.
 */
let bank: ApprovingBank
let contract: Contract

beforeAll(async () => {
  bank = await ApprovingBank.create()
  contract = await bank.draft(["bank:contract=2,grant=2/data-owner+privacy-officer"])
})

afterAll(() => bank.dispose())

const sign = (who: string) => bank.in(who, ["contract", "sign", ...bank.room.accept()])
const grant = (who: string, ...extra: readonly string[]) =>
  bank.in(who, ["run", "grant", ...bank.room.accept(), ...extra])
const approve = (who: string, ...extra: readonly string[]) => grant(who, "--approve", ...extra)
const status = (exit = 41) => parleyJson(bank.in("agency", ["run", "status"]), exit)

async function ledgerOf(who: string): Promise<readonly { event: Record<string, unknown> }[]> {
  const { entries } = await parleyJson(["ledger", "show", "--home", bank.room.home(who)])
  return entries as Awaited<ReturnType<typeof ledgerOf>>
}

/** The signatures under grants of one party in the room. */
async function grantsOf(party: string): Promise<readonly { grant: Grant; kid: string; name: string }[]> {
  const folder = join(bank.room.room, "grants")
  const all = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const { kid, payload } = peekJwsUnverified("grant", await readFile(join(folder, name)))
      return { grant: JSON.parse(new TextDecoder().decode(payload)) as Grant, kid, name }
    }),
  )
  return all.filter((one) => one.grant.party === party)
}

async function privateKey(who: string): Promise<PrivateJwk> {
  const folder = join(bank.room.home(who), "keys")
  for (const name of await readdir(folder)) {
    const key = JSON.parse(await readFile(join(folder, name), "utf8")) as { jwk: PrivateJwk; use: string }
    if (key.use === "sign") return key.jwk
  }
  throw new Error(`no key of ${who}`)
}

describe("a contract that needs two of three keys of the bank", () => {
  it("says so in words, and in its approvals", async () => {
    const { parties } = await parleyJson(["contract", "check", join(bank.room.room, "contract.json")])
    expect(JSON.stringify(parties)).toContain("2 of its 3 keys sign this contract, 2 of 2 sign a grant")
    const { approvals } = contract.parties.find(({ card }) => card.name === "bank") ?? {}
    expect(approvals?.contract).toMatchObject({ required: 2 })
    expect(approvals?.contract.keys).toHaveLength(3)
    expect(approvals?.grant.keys).toEqual([bank.kid("bank"), bank.kid("grace")])
  })

  it("is not in force with one of them, however often that one signs", async () => {
    for (const party of ["bureau", "agency", "bank", "bank"]) await parleyJson(sign(party))
    const { waitingFor } = await parleyJson(bank.in("agency", ["contract", "status"]), 41)
    expect(waitingFor).toEqual(["bank (sign, 1 of 2 approvals)"])
    const failure = await parleyFailure(bank.in("agency", ["run", "propose", "--query", "attribution"]))
    expect(failure).toMatchObject({ code: "contract-signature-missing", exit: 41 })
    expect(failure.message).toBe("waiting for: bank (sign, 1 of 2 approvals)")
  })

  it("is in force once the second person has signed, at home, after the same checks", async () => {
    const book = join(bank.room.home("grace"), "address-book", "agency.json")
    const card = await readFile(book)
    await cp(join(bank.room.home("grace"), "address-book", "bureau.json"), book)
    expect(await parleyFailure(sign("grace"))).toMatchObject({ code: "party-unknown", exit: 10 })
    await writeFile(book, card)
    const other = bank.in("grace", ["contract", "sign", "--accept-simulated-root", "0".repeat(64)])
    expect(await parleyFailure(other)).toMatchObject({ code: "anchor-not-accepted", exit: 10 })
    expect(await parleyJson(sign("grace"))).toMatchObject({ waitingFor: [] })
    expect(await parleyJson(bank.in("agency", ["contract", "status"]))).toMatchObject({ state: "in-force" })
  })
})

describe("a grant that needs two keys of the bank", () => {
  it("waits for its first, and there is nothing to approve before", async () => {
    await bank.sealAndPropose()
    const failure = await parleyFailure(approve("grace"))
    expect(failure).toMatchObject({ code: "grant-missing", exit: 41 })
    expect(failure.message).toBe("waiting for: bank (grant, 0 of 2 approvals)")
    expect((await ledgerOf("grace")).map(({ event }) => event.event)).toEqual(["contract-signed"])
  })

  it("waits for its second: the same key again does not count, nor does its signature under another name", async () => {
    for (const party of ["bureau", "agency", "bank", "bank"]) await parleyJson(grant(party))
    expect(await status()).toMatchObject({ state: "proposed", waitingFor: ["bank (grant, 1 of 2 approvals)"] })
    expect(await parleyJson(approve("bank"))).toMatchObject({ waitingFor: ["bank (grant, 1 of 2 approvals)"] })
    const [first, ...others] = await grantsOf("bank")
    expect(others).toEqual([])
    const folder = join(bank.room.room, "grants")
    const name = (first?.name ?? "").replace(bank.kid("bank"), bank.kid("grace"))
    await cp(join(folder, first?.name ?? ""), join(folder, name))
    expect(await status()).toMatchObject({ waitingFor: ["bank (grant, 1 of 2 approvals)"] })
  })

  it("is not approved by a key that the contract lists for contracts alone, nor does its signature count", async () => {
    expect(await parleyFailure(approve("sam"))).toMatchObject({ code: "jws-unknown-key", exit: 10 })
    expect(await ledgerOf("sam")).toEqual([])
    const [first] = await grantsOf("bank")
    const key = await privateKey("sam")
    const path = signaturePath("grants", objectDigest("grant", canonicalBytes(first?.grant)), keyId(publicPart(key)))
    await writeFile(join(bank.room.room, path), await signJws("grant", first?.grant, key))
    expect(await status()).toMatchObject({ waitingFor: ["bank (grant, 1 of 2 approvals)"] })
  })

  it("is not made a second time by whoever should approve it", async () => {
    expect(await parleyFailure(grant("grace"))).toMatchObject({ code: "dataset-gone" })
    await cp(bank.room.home("bank"), bank.room.home("both"), { recursive: true })
    await cp(join(bank.room.home("grace"), "keys"), join(bank.room.home("both"), "keys"), { recursive: true })
    const failure = await parleyFailure(grant("both", "--key", bank.kid("grace")))
    expect(failure).toMatchObject({ code: "grant-conflict", exit: 10 })
    expect(failure.todo).toContain("--approve")
  })

  it("is not approved under a root that the second person does not accept", async () => {
    const args = bank.in("grace", ["run", "grant", "--approve"])
    expect(await parleyFailure(args)).toMatchObject({ code: "anchor-not-accepted", exit: 10 })
  })

  it("is not approved when it is for another boot than the one that answers", async () => {
    await bank.room.stopHost()
    await bank.room.startHost()
    expect(await parleyFailure(approve("grace"))).toMatchObject({ code: "grant-invalid", exit: 10 })
    expect((await ledgerOf("grace")).filter(({ event }) => event.event === "grant-approved")).toEqual([])
  })

  it("is not approved when its maker has lied about sequence, time or keys", async () => {
    for (const party of ["bureau", "agency", "bank"]) await parleyJson(grant(party))
    const newest = (await grantsOf("bank")).toSorted((a, b) => a.grant.created.localeCompare(b.grant.created)).at(-1)
    const made = newest?.grant
    const later = new Date(Date.now() + 60_000).toISOString().replace(/\.\d+Z$/, "Z")
    const lies: readonly (readonly [Partial<Grant>, string])[] = [
      [{ sequence: 7 }, "proposal-mismatch"],
      [{ expires: "2036-01-01T00:00:00Z" }, "grant-invalid"],
      [{ optOuts: null, secret: null }, "grant-invalid"],
    ]
    const key = await privateKey("bank")
    for (const [lie, code] of lies) {
      const lied = { ...made, created: later, ...lie }
      const path = signaturePath("grants", objectDigest("grant", canonicalBytes(lied)), bank.kid("bank"))
      await writeFile(join(bank.room.room, path), await signJws("grant", lied, key))
      const of = objectDigest("grant", canonicalBytes(lied))
      expect(await parleyFailure(approve("grace", "--of", of)), code).toMatchObject({ code, exit: 10 })
      await bank.remove(path)
    }
  })

  it("is not made unapprovable by another one that a thief of a key has dated far ahead", async () => {
    const [newest] = (await grantsOf("bank")).toSorted((a, b) => b.grant.created.localeCompare(a.grant.created))
    const rogue = { ...newest?.grant, created: "2098-01-01T00:00:00Z", expires: "2099-01-01T00:00:00Z" }
    const path = signaturePath("grants", objectDigest("grant", canonicalBytes(rogue)), bank.kid("bank"))
    await writeFile(join(bank.room.room, path), await signJws("grant", rogue, await privateKey("bank")))
    expect(await parleyJson(grant("bank"))).toMatchObject({ waitingFor: ["bank (grant, 1 of 2 approvals)"] })
  })

  it("is approved, booked by the second person first, and goes through to the result", async () => {
    await parleyKilledAt(approve("grace"), "/room/grants/")
    expect(await status()).toMatchObject({ waitingFor: ["bank (grant, 1 of 2 approvals)"] })
    const approved = await parleyJson(approve("grace"))
    expect(approved).toMatchObject({ waitingFor: [] })
    const booked = (await ledgerOf("grace")).map(({ event }) => event).filter(({ event }) => event === "grant-approved")
    expect(booked).toMatchObject([{ grant: approved.grant, sequence: 1 }])
    expect(await parleyJson(bank.in("agency", ["run", "wait", "--timeout", "100"]))).toMatchObject({
      state: "released",
    })
    const { rows } = await parleyJson(bank.in("agency", ["result", "open"]))
    expect(rows).toHaveLength(2)
    const [name = ""] = await readdir(join(bank.room.room, "receipts"))
    await parleyJson(["receipt", "verify", join(bank.room.room, "receipts", name), ...bank.room.accept()])
  })
})

describe("the ledgers of people of one party", () => {
  it("each know what their own key signed, and are not behind the other's", async () => {
    const unsigned = await parleyFailure(bank.in("sam", ["run", "propose", "--query", "attribution"]))
    expect(unsigned).toMatchObject({ code: "contract-signature-missing", exit: 41 })
    await parleyJson(sign("sam"))
    for (const who of ["bank", "grace", "sam"]) {
      await parleyJson(bank.in(who, ["run", "propose", "--query", "attribution"]))
      const [name = ""] = await readdir(join(bank.room.room, "receipts"))
      await parleyJson(bank.in(who, ["receipt", "import", join(bank.room.room, "receipts", name)]))
    }
    expect((await ledgerOf("sam")).map(({ event }) => event.event)).toEqual(["contract-signed", "receipt-seen"])
  })

  it("do not approve a grant that leaves out opt-outs which the receipts show", async () => {
    await parleyJson(grant("bank"))
    const made = (await grantsOf("bank")).map((one) => one.grant).find(({ seenOptOuts }) => seenOptOuts.length > 0)
    expect(made?.seenOptOuts).toMatchObject([{ party: "bureau" }])
    const hiding = { ...made, created: new Date().toISOString().replace(/\.\d+Z$/, "Z"), seenOptOuts: [] }
    const of = objectDigest("grant", canonicalBytes(hiding))
    const path = signaturePath("grants", of, bank.kid("bank"))
    await writeFile(join(bank.room.room, path), await signJws("grant", hiding, await privateKey("bank")))
    const failure = await parleyFailure(approve("grace", "--of", of))
    expect(failure).toMatchObject({ code: "grant-invalid", exit: 10 })
    expect(failure.message).toContain("opt-outs")
    expect((await ledgerOf("grace")).filter(({ event }) => event.grant === of)).toEqual([])
    const { grant: approved } = await parleyJson(approve("grace"))
    expect(approved).toBe(objectDigest("grant", canonicalBytes(made)))
    await bank.remove(path)
  })

  it("give no kept grant out again that leaves out what receipts have shown since", async () => {
    const made = (await grantsOf("bank")).map((one) => one.grant).find(({ seenOptOuts }) => seenOptOuts.length > 0)
    const kept = join(bank.room.home("bank"), "grants", `${made?.proposal}.${made?.session.encryptionKey}.jws`)
    const before = { ...made, seenOptOuts: [] }
    await writeFile(kept, await signJws("grant", before, await privateKey("bank")))
    const anew = await parleyJson(grant("bank"))
    expect(anew.grant).not.toBe(objectDigest("grant", canonicalBytes(before)))
    const { payload } = peekJwsUnverified("grant", await readFile(kept))
    expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ seenOptOuts: made?.seenOptOuts })
    expect(await parleyJson(grant("bank"))).toMatchObject({ grant: anew.grant })
  })

  it("that was cut is behind, the second person's too", async () => {
    await parleyJson(grant("bank"))
    await writeFile(join(bank.room.home("grace"), "ledger.jsonl"), "")
    expect(await parleyFailure(approve("grace"))).toMatchObject({ code: "ledger-behind", exit: 10 })
  })
})
