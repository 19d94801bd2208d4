import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { mayGo, purgeCandidates } from "../../../host/purge/candidates.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../../shared/signed/jws.ts"
import type { Kind } from "../../../shared/signed/kinds.ts"
import { writeAtomically } from "../../../verifier/cli/files.ts"
import { digestOf, endingOf, manifestOf, Parties } from "./harness.ts"

const ZERO = "0".repeat(64)
const CREATED = "2026-06-01T00:00:00Z"
const EXPIRES = "2026-06-01T01:00:00Z"
const at = (time: string) => new Date(`2026-06-01T${time}Z`)

let parties: Parties
let room: string

async function put(party: string, kind: Kind, into: string, payload: unknown): Promise<string> {
  const jws = await parties.sign(party, kind, payload)
  const { digest, kid } = peekJwsUnverified(kind, jws)
  await writeAtomically(join(room, signaturePath(into, digest, kid)), jws)
  return digest
}

beforeEach(async () => {
  parties = await Parties.create()
  room = await mkdtemp(join(tmpdir(), "parley-purge-"))
  await writeAtomically(join(room, ROOM.contract), canonicalBytes(parties.contract))
  for (const { card } of parties.contract.parties) await put(card.name, "contract", "signatures", parties.contract)
})

afterEach(() => rm(room, { force: true, recursive: true }))

/** A version of the dataset of bank. */
const version = (number: number) =>
  put("bank", "manifest", "manifests", manifestOf(parties.contract, "bank", 1, number))

const propose = (manifest: string) =>
  put("agency", "proposal", "proposals", {
    abandoned: [],
    contract: digestOf(parties.contract),
    created: CREATED,
    format: "parley/proposal/v1",
    id: "A".repeat(22),
    lastReceipt: null,
    manifests: [{ dataset: manifestOf(parties.contract, "bank", 1).dataset, manifest }],
    parameters: {},
    proposer: "agency",
    query: "overlap",
    sequence: 1,
  })

const grant = (proposal: string) =>
  put("bank", "grant", "grants", {
    contract: digestOf(parties.contract),
    created: CREATED,
    expires: EXPIRES,
    format: "parley/grant/v1",
    ledgerHead: ZERO,
    optOuts: null,
    party: "bank",
    proposal,
    secret: null,
    seenOptOuts: [],
    sequence: 1,
    session: { document: ZERO, encryptionKey: "A".repeat(43), signingKey: "A".repeat(43) },
  })

const listed = async (now: Date) => (await purgeCandidates(room, now, 0)).map(({ manifest }) => manifest)

describe("ciphertext that may go", () => {
  it("is not what a proposal names by the time it would be deleted", async () => {
    const [old] = [await version(1), await version(2)]
    expect(await listed(at("00:30:00"))).toEqual([old])
    expect(await mayGo(room, at("00:30:00"), 0, old)).toBe(true)
    await propose(old)
    expect(await mayGo(room, at("00:30:00"), 0, old)).toBe(false)
  })

  it("is not, once the contract has ended, what a run with a live grant may be reading", async () => {
    const manifest = await version(1)
    const proposal = await propose(manifest)
    await put("agency", "ending", "endings", endingOf(parties.contract, "agency", "over"))
    expect(await listed(at("00:30:00"))).toEqual([manifest])
    await grant(proposal)
    expect(await listed(at("00:30:00"))).toEqual([])
    expect(await listed(at("01:30:00"))).toEqual([manifest])
  })
})
