import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeChain, makeRoot } from "../../attestation-fixtures/software-nsm/chain.ts"
import { type DocumentFields, signDocument } from "../../attestation-fixtures/software-nsm/document.ts"
import { extendedOnce, sessionDigest } from "../../shared/attestation/binding.ts"
import { encodeUserData } from "../../shared/attestation/user-data.ts"
import { type Bytes, concat, fromBase64url, fromHex, toBase64url } from "../../shared/bytes.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { type PublicJwk, publicPart, thumbprint } from "../../shared/signed/keys.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { testKey } from "../support/keys.ts"
import { parleyFailure, parleyJson } from "../support/parley.ts"

/** What stands before both coordinates in the SubjectPublicKeyInfo of a P-384 key. */
const SPKI_PREFIX = fromHex("3076301006072a8648ce3d020106052b8104002203620004")

let room: CleanRoom
let proposal: string
let contract: Bytes
let measurements: readonly Bytes[]
let root: ReturnType<typeof makeRoot>
let encryptionKey: PublicJwk
let signingKey: PublicJwk

beforeAll(async () => {
  encryptionKey = publicPart(await testKey())
  signingKey = publicPart(await testKey())
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  const agreed = await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  await writeFile(room.path("bank.csv"), "id,balance\na,1\n")
  await writeFile(room.path("bureau.csv"), "id,region\na,east\n")
  for (const [party, dataset] of [
    ["bank", "accounts"],
    ["bureau", "persons"],
  ] as const) {
    await room.parley(party, ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)])
  }
  proposal = String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
  const shown = (await room.parley("agency", ["run", "show", proposal])) as { proposal: { contract: string } }
  contract = fromHex(shown.proposal.contract)
  const [image] = agreed.evidence.images
  if (image === undefined) throw new Error("no image")
  measurements = [image.pcr0, image.pcr1, image.pcr2].map(fromHex)
  const made = JSON.parse(await readFile(room.path("host", "root", "root.json"), "utf8")) as Record<string, string>
  root = makeRoot(fromHex(made.seed ?? ""), new Date(made.created ?? ""))
})

afterAll(() => room.dispose())

const keys = () =>
  sessionDigest({ contract, encryptionKey: thumbprint(encryptionKey), signingKey: thumbprint(signingKey) })

/** What the security module says of the enclave agreed on, with keys whose private halves the host has. */
function genuine(nonce: Bytes): DocumentFields {
  return {
    moduleId: "i-0123456789abcdef0-enc0123456789abcdef",
    nonce,
    pcrs: new Map([...measurements.entries(), [16, extendedOnce(contract)], [17, extendedOnce(keys())]]),
    publicKey: concat(SPKI_PREFIX, fromBase64url(encryptionKey.x), fromBase64url(encryptionKey.y)),
    timestamp: Date.now(),
    userData: encodeUserData({ contract, keys: keys(), subject: null, type: "parley/session/v1" }),
  }
}

const withPcrs = (fields: DocumentFields, ...pcrs: readonly (readonly [number, Bytes])[]): DocumentFields => ({
  ...fields,
  pcrs: new Map([...fields.pcrs, ...pcrs]),
})

function evidence(fields: DocumentFields, { key = encryptionKey, signer = root } = {}): object {
  const chain = makeChain(signer, new Uint8Array(48).fill(7), fields.moduleId, new Date())
  const document = toBase64url(signDocument(fields, chain))
  return { document, encryptionKey: key, format: "parley/session-evidence/v1", signingKey }
}

const grant = () => room.args("bank", ["run", "grant", proposal, ...room.accept(), "--timeout", "20"])

/** Plays the host while bank grants: takes its challenge out of the room and puts evidence in. */
async function answered<T>(granting: Promise<T>, make: (nonce: Bytes) => object | Promise<object>): Promise<T> {
  const [challenges, sessions] = [join(room.room, "challenges"), join(room.room, "sessions")]
  await mkdir(sessions, { recursive: true })
  for (;;) {
    const names = await readdir(challenges).catch(() => [])
    const nonce = names.find((name) => /^[0-9a-f]{64}$/.test(name))
    if (nonce !== undefined) {
      await writeFile(join(sessions, "new"), canonicalBytes(await make(fromHex(nonce))))
      await rename(join(sessions, "new"), join(sessions, `${nonce}.json`))
      const result = await granting
      await rm(challenges, { recursive: true })
      return result
    }
    await sleep(20)
  }
}

const grants = () => readdir(join(room.room, "grants")).catch(() => [])
const booked = () => readFile(join(room.home("bank"), "ledger.jsonl"), "utf8")

describe("evidence", () => {
  const attacks: Readonly<Record<string, readonly [(nonce: Bytes) => object | Promise<object>, string]>> = {
    "of a receipt": [
      (nonce) =>
        evidence({
          ...genuine(nonce),
          userData: encodeUserData({ contract, keys: keys(), subject: null, type: "parley/receipt/v1" }),
        }),
      "user-data-type",
    ],
    "of an enclave in debug mode": [
      (nonce) => evidence(withPcrs(genuine(nonce), ...[0, 1, 2].map((pcr) => [pcr, new Uint8Array(48)] as const))),
      "debug-mode",
    ],
    "of an enclave with another contract": [
      (nonce) => evidence(withPcrs(genuine(nonce), [16, extendedOnce(new Uint8Array(32))])),
      "binding-contract",
    ],
    "of another image": [
      (nonce) => evidence(withPcrs(genuine(nonce), [0, new Uint8Array(48).fill(9)])),
      "measurement-mismatch",
    ],
    "over another challenge": [() => evidence(genuine(new Uint8Array(32).fill(5))), "nonce-mismatch"],
    "that is six minutes old": [
      (nonce) => evidence({ ...genuine(nonce), timestamp: Date.now() - 360_000 }),
      "document-stale",
    ],
    "under another root": [
      (nonce) =>
        evidence(genuine(nonce), { signer: makeRoot(new Uint8Array(48).fill(3), new Date("2026-01-01T00:00:00Z")) }),
      "path-anchor-mismatch",
    ],
    "with a key of the host's own beside it": [
      async (nonce) => evidence(genuine(nonce), { key: publicPart(await testKey()) }),
      "binding-session",
    ],
  }
  for (const [name, [make, code]] of Object.entries(attacks)) {
    it(`${name} gets no grant: ${code}`, async () => {
      expect(await answered(parleyFailure(grant()), make)).toMatchObject({ code, exit: 10 })
      expect(await grants()).toEqual([])
      expect(await booked()).not.toContain('"granted"')
    })
  }

  // Last, because it grants: without it the attacks above could fail for what they have in common.
  it("that nobody changed gets one", async () => {
    await answered(parleyJson(grant()), (nonce) => evidence(genuine(nonce)))
    expect(await grants()).toHaveLength(1)
    expect(await booked()).toContain('"granted"')
  })
})
