import { makeChain, makeRoot } from "../../../attestation-fixtures/software-nsm/chain.ts"
import { type DocumentFields, signDocument } from "../../../attestation-fixtures/software-nsm/document.ts"
import { type KeyPair, keyPairFrom } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import { extendedOnce, sessionDigest } from "../../../shared/attestation/binding.ts"
import { encodeUserData } from "../../../shared/attestation/user-data.ts"
import { type Bytes, toBase64url, toHex } from "../../../shared/bytes.ts"
import { type PublicJwk, thumbprint } from "../../../shared/signed/keys.ts"
import { trustAnchor } from "../../../verifier/attestation/anchor.ts"
import { imagePolicy } from "../../../verifier/attestation/policy.ts"
import { verifyArchived, verifyLive } from "../../../verifier/attestation/verify.ts"
import type { Base } from "./base.ts"

const AT = new Date("2026-11-24T12:30:00Z")
const SEED = new Uint8Array(48).fill(7)
const MODULE = "i-0123456789abcdef0-enc0123456789abcdef"
const MAX_AGE_SECONDS = 300
const SPKI_P384 = Buffer.from("3076301006072a8648ce3d020106052b81040022036200", "hex")

const root = makeRoot(SEED, new Date("2026-01-01T00:00:00Z"))
const chain = makeChain(root, SEED, MODULE, new Date("2026-11-24T12:00:00Z"))
/** The keys of the simulated path, as `makeChain` derives them. */
const KEYS: readonly KeyPair[] = [
  root.key,
  ...["SIMULATED regional", "SIMULATED zonal", "SIMULATED instance"].map((label) => keyPairFrom(SEED, label)),
  chain.leafKey,
]
const anchors = [trustAnchor("SIMULATED", root.certificate)]
const register = (byte: number) => new Uint8Array(48).fill(byte)
const contract = new Uint8Array(32).fill(1)
const nonce = new Uint8Array(32).fill(2)
const encryption = keyPairFrom(SEED, "fuzz/encryption")
const encryptionKey = publicJwk(encryption)
const signingKey = publicJwk(keyPairFrom(SEED, "fuzz/signing"))
const keys = sessionDigest({ contract, encryptionKey: thumbprint(encryptionKey), signingKey: thumbprint(signingKey) })
const measurements = imagePolicy([{ pcr0: toHex(register(10)), pcr1: toHex(register(11)), pcr2: toHex(register(12)) }])
const JUDGED = ["pcr0", "pcr1", "pcr2", "pcr16", "pcr17", "userData", "publicKey", "nonce"] as const

function publicJwk({ point }: KeyPair): PublicJwk {
  return { crv: "P-384", kty: "EC", x: toBase64url(point.slice(1, 49)), y: toBase64url(point.slice(49)) }
}

function fields(over: Pick<DocumentFields, "nonce" | "userData">): DocumentFields {
  return {
    moduleId: MODULE,
    pcrs: new Map([
      ...[0, 1, 2, 3, 4].map((index): readonly [number, Bytes] => [index, register(10 + index)]),
      [16, extendedOnce(contract)],
      [17, extendedOnce(keys)],
    ]),
    publicKey: Uint8Array.of(...SPKI_P384, ...encryption.point),
    timestamp: AT.getTime() - 60_000,
    ...over,
  }
}

/** A live session's document under `verifyLive`. */
export function liveBase(): Base {
  const userData = encodeUserData({ contract, keys, subject: null, type: "parley/session/v1" })
  const session = { contract, encryptionKey, signingKey, subject: null, type: "parley/session/v1" } as const
  const request = { anchors, at: AT, maxAgeSeconds: MAX_AGE_SECONDS, measurements, nonce, session }
  return {
    at: AT,
    bytes: signDocument(fields({ nonce, userData }), chain),
    judged: JUDGED,
    keys: KEYS,
    maxAgeMs: 1000 * MAX_AGE_SECONDS,
    name: "a live session",
    verify: (document, engine) => verifyLive({ ...request, ...engine, document }),
  }
}

/** A receipt's document under `verifyArchived`. */
export function archivedBase(): Base {
  const subject = new Uint8Array(32).fill(9)
  const userData = encodeUserData({ contract, keys, subject, type: "parley/receipt/v1" })
  const session = { contract, encryptionKey, signingKey, subject, type: "parley/receipt/v1" } as const
  const request = { anchors, measurements, session }
  return {
    at: null,
    bytes: signDocument(fields({ nonce: null, userData }), chain),
    judged: JUDGED,
    keys: KEYS,
    maxAgeMs: null,
    name: "a receipt",
    verify: (document, engine) => verifyArchived({ ...request, ...engine, document }),
  }
}
