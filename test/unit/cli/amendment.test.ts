import { mkdtemp, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { beforeEach, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { objectDigest } from "../../../shared/signed/kinds.ts"
import { holdsHere } from "../../../verifier/cli/contract/amendment/own.ts"
import { book } from "../../../verifier/cli/ledger/book.ts"
import { testContract } from "../../support/contract.ts"

const VALID = new Date("2026-06-01T00:00:00Z")

let contract: Contract
let home: { folder: string }

/** The bank's home, with its card. */
beforeEach(async () => {
  contract = await testContract()
  home = { folder: await mkdtemp(join(tmpdir(), "parley-amendment-")) }
  await writeFile(join(home.folder, "party.json"), canonicalBytes({ name: "bank", title: "bank" }))
  await writeFile(join(home.folder, "card.json"), canonicalBytes(contract.parties[0]?.card))
})

/** As if every party had signed it: that is another function's to judge. */
function inForce(): ContractInForce {
  const bytes = canonicalBytes(contract)
  return { bytes, contract, digest: objectDigest("contract", bytes) } as unknown as ContractInForce
}

describe("an amendment that every party has signed", () => {
  it("holds from the beginning of its validity on, and after its end", async () => {
    expect(await holdsHere(home, inForce(), new Date("2025-12-31T00:00:00Z"))).toBe(false)
    expect(await holdsHere(home, inForce(), VALID)).toBe(true)
    expect(await holdsHere(home, inForce(), new Date("2028-01-01T00:00:00Z"))).toBe(true)
  })

  it("does not hold when it pins another card for this party, unless this home has signed it", async () => {
    const own = contract.parties[0]
    if (own !== undefined) own.card.created = "2026-02-02T00:00:00Z"
    expect(await holdsHere(home, inForce(), VALID)).toBe(false)
    await book(home, { contract: inForce().digest, event: "contract-signed", predecessor: "0".repeat(64) })
    expect(await holdsHere(home, inForce(), VALID)).toBe(true)
  })

  it("does not hold for a party that it leaves out, nor in a home that has no card of its party", async () => {
    contract.parties = contract.parties.slice(1)
    expect(await holdsHere(home, inForce(), VALID)).toBe(false)
    contract = await testContract()
    const colleague = { folder: await mkdtemp(join(tmpdir(), "parley-colleague-")) }
    await writeFile(join(colleague.folder, "party.json"), canonicalBytes({ name: "bank", title: "bank" }))
    expect(await holdsHere(colleague, inForce(), VALID)).toBe(false)
  })
})
