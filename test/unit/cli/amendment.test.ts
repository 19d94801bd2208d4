import { mkdtemp, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { objectDigest } from "../../../shared/signed/kinds.ts"
import { holdsHere } from "../../../verifier/cli/contract/amendment/own.ts"
import { book } from "../../../verifier/cli/ledger/book.ts"
import { testContract } from "../../support/contract.ts"
import { testKey } from "../../support/keys.ts"

const VALID = new Date("2026-06-01T00:00:00Z")

let contract: Contract
let first: Contract
let home: { folder: string }

/** The bank's home, with its card. */
beforeEach(async () => {
  first = await testContract()
  contract = structuredClone(first)
  home = { folder: await mkdtemp(join(tmpdir(), "parley-amendment-")) }
  await writeFile(join(home.folder, "party.json"), canonicalBytes({ name: "bank", title: "bank" }))
  await writeFile(join(home.folder, "card.json"), canonicalBytes(contract.parties[0]?.card))
})

/** As if every party had signed it with all the keys that it lists: that is another function's to judge. */
function inForce(): ContractInForce {
  const bytes = canonicalBytes(contract)
  const byParty = contract.parties.map(({ approvals, card }) => ({
    party: card.name,
    required: approvals.contract.required,
    signed: approvals.contract.keys,
  }))
  return { byParty, bytes, contract, digest: objectDigest("contract", bytes) } as unknown as ContractInForce
}

describe("an amendment that every party has signed", () => {
  it("holds from the beginning of its validity on, and after its end", async () => {
    expect(await holdsHere(home, inForce(), first, new Date("2025-12-31T00:00:00Z"))).toBe(false)
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(true)
    expect(await holdsHere(home, inForce(), first, new Date("2028-01-01T00:00:00Z"))).toBe(true)
  })

  it("does not hold by keys that its predecessor does not list, unless this home has signed it", async () => {
    await takeOver(0)
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(false)
    await book(home, { contract: inForce().digest, event: "contract-signed", predecessor: "0".repeat(64) })
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(true)
  })

  it("does not hold when one stolen key of two signs for its party, and invented ones for the others", async () => {
    const [bank] = first.parties
    const stolen = publicPart(await testKey())
    const approval = { keys: [...(bank?.approvals.contract.keys ?? []), keyId(stolen)], required: 2 }
    bank?.card.signingKeys.push({ holder: "Sam", jwk: stolen, role: "security" })
    Object.assign(bank?.approvals ?? {}, { contract: approval, grant: approval })
    await writeFile(join(home.folder, "card.json"), canonicalBytes(bank?.card))
    contract = structuredClone(first)
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(true)
    const forged = { keys: [keyId(stolen)], required: 1 }
    Object.assign(contract.parties[0]?.approvals ?? {}, { contract: forged })
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(false)
    for (const index of [1, 2]) await takeOver(index)
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(false)
  })

  it("holds when a party's keys have changed and its new card is confirmed", async () => {
    await takeOver(0)
    await writeFile(join(home.folder, "card.json"), canonicalBytes(contract.parties[0]?.card))
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(true)
  })

  it("does not hold for a party that it leaves out, nor where its predecessor is not at hand", async () => {
    expect(await holdsHere(home, inForce(), null, VALID)).toBe(false)
    contract.parties = contract.parties.slice(1)
    expect(await holdsHere(home, inForce(), first, VALID)).toBe(false)
  })
})

/** Eve's key in place of a party's. */
async function takeOver(index: number): Promise<void> {
  const party = contract.parties[index]
  const key = publicPart(await testKey())
  const approval = { keys: [keyId(key)], required: 1 }
  party?.card.signingKeys.splice(0, 16, { holder: "Eve", jwk: key, role: "data-owner" })
  Object.assign(party?.approvals ?? {}, { contract: approval, grant: approval })
}
