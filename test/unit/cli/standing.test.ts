import { beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import type { RoomFiles } from "../../../shared/room/files.ts"
import { signaturePath } from "../../../shared/room/layout.ts"
import { signJws } from "../../../shared/signed/jws.ts"
import { keyId, type PrivateJwk, publicPart } from "../../../shared/signed/keys.ts"
import { objectDigest } from "../../../shared/signed/kinds.ts"
import { EXIT_OF, standingInWords, standingOf } from "../../../verifier/cli/contract/standing.ts"
import { testContract } from "../../support/contract.ts"
import { testKey } from "../../support/keys.ts"

const valid = new Date("2026-06-01T00:00:00Z")
let named: { contract: Contract; digest: string }
let keys: Map<string, PrivateJwk>

beforeAll(async () => {
  const contract = await testContract()
  keys = new Map()
  for (const { card } of contract.parties) {
    const key = await testKey()
    keys.set(card.name, key)
    card.signingKeys = [{ holder: "Ada", jwk: publicPart(key), role: "data-owner" }]
  }
  named = { contract, digest: objectDigest("contract", canonicalBytes(contract)) }
})

/** A statement in the name of one party under the key of another. */
async function statement(kind: "ending" | "rejection", party: string, signer = party, contract = named.digest) {
  const said = { contract, created: "2026-02-01T00:00:00Z", format: `parley/${kind}/v1`, party, reason: "why not" }
  const key = keys.get(signer) ?? (await testKey())
  const path = signaturePath(`${kind}s`, objectDigest(kind, canonicalBytes(said)), keyId(publicPart(key)))
  return [path, await signJws(kind, said, key)] as const
}

function room(...entries: readonly (readonly [string, Uint8Array<ArrayBuffer>])[]): RoomFiles {
  const files = new Map(entries)
  const names = (folder: string) =>
    [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1))
  return { list: async (folder) => names(folder), read: async (path) => files.get(path) ?? null }
}

const judged = (missing = 0, amendment: string | null = null) => ({ ...named, amendment, missing })

describe("where a contract stands", () => {
  it("in force, waiting, expired, not yet valid", async () => {
    const at = async (missing: number, now: Date) => (await standingOf(room(), judged(missing), now)).state
    expect(await at(0, valid)).toBe("in-force")
    expect(await at(1, valid)).toBe("waiting")
    expect(await at(0, new Date("2027-01-01T00:00:01Z"))).toBe("contract-expired")
    expect(await at(1, new Date("2027-01-01T00:00:01Z"))).toBe("contract-expired")
    expect(await at(0, new Date("2025-12-31T00:00:00Z"))).toBe("contract-not-yet-valid")
    expect(EXIT_OF).toMatchObject({ "contract-ended": 10, "contract-expired": 10, "in-force": 0, waiting: 41 })
  })

  it("amended, once the amendment is in force; an ending goes before", async () => {
    const amended = judged(0, "a".repeat(64))
    const standing = await standingOf(room(), amended, valid)
    expect(standing).toMatchObject({ amendment: "a".repeat(64), state: "contract-superseded" })
    expect(standingInWords(named.digest, standing, [])).toContain(`${"a".repeat(64)} is in force in its place`)
    expect(EXIT_OF["contract-superseded"]).toBe(10)
    const ended = await standingOf(room(await statement("ending", "bank")), amended, valid)
    expect(ended.state).toBe("contract-ended")
  })

  it("ended by a party, with its reason", async () => {
    const standing = await standingOf(room(await statement("ending", "bank")), judged(), valid)
    expect(standing).toMatchObject({ endings: [{ party: "bank", reason: "why not" }], state: "contract-ended" })
    expect(standingInWords(named.digest, standing, [])).toContain("ended by bank: why not")
  })

  it("shows who has rejected it", async () => {
    const standing = await standingOf(room(await statement("rejection", "bureau")), judged(1), valid)
    expect(standing).toMatchObject({ rejections: [{ party: "bureau", reason: "why not" }], state: "waiting" })
    expect(standingInWords(named.digest, standing, ["bureau (sign)"])).toContain("rejected by bureau: why not")
  })

  it("is not ended by a stranger, in another party's name, or in another contract", async () => {
    const forged = [
      await statement("ending", "bank", "stranger"),
      await statement("ending", "bank", "agency"),
      await statement("ending", "bank", "bank", "0".repeat(64)),
    ]
    expect(await standingOf(room(...forged), judged(), valid)).toMatchObject({ endings: [], state: "in-force" })
  })
})
