import { randomBytes } from "node:crypto"
import { fromBase64url, fromHex } from "../../../shared/bytes.ts"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { keyId, type PublicJwk } from "../../../shared/signed/keys.ts"
import { anchorOf } from "../../attestation/anchor.ts"
import { imagesOf } from "../../attestation/policy.ts"
import { type LiveEvidence, verifyLive } from "../../attestation/verify.ts"
import { book } from "../ledger/book.ts"
import { requestSession } from "../remote/session.ts"
import type { Room } from "../room.ts"
import { type KeptDocument, keepDocument } from "./documents.ts"
import { rememberEnclaveKey } from "./known-keys.ts"

/** Oldest document that is accepted as an answer to a fresh nonce, in seconds. */
const MAX_AGE_SECONDS = 300

/** An enclave boot that answered this party's own fresh nonce, and its two attested keys. */
export interface VerifiedSession {
  readonly evidence: LiveEvidence
  readonly encryptionKey: PublicJwk
  readonly signingKey: PublicJwk
  readonly kept: KeptDocument
}

/** Makes a nonce, fetches the answer, judges it at now, keeps it, and books that it was verified. */
export async function verifyEnclave(
  room: Room,
  inForce: ContractInForce,
  acceptedRoots: readonly string[],
  timeoutMs: number,
): Promise<VerifiedSession> {
  const { contract, digest } = inForce
  const anchor = anchorOf(contract, acceptedRoots)
  const nonce = new Uint8Array(randomBytes(32))
  const answer = await requestSession(room, digest, Buffer.from(nonce).toString("hex"), timeoutMs)
  const { encryptionKey, signingKey } = answer
  const at = new Date()
  const evidence = await verifyLive({
    anchors: [anchor],
    at,
    document: fromBase64url(answer.document),
    maxAgeSeconds: MAX_AGE_SECONDS,
    measurements: imagesOf(contract),
    nonce,
    session: { contract: fromHex(digest), encryptionKey, signingKey, subject: null, type: "parley/session/v1" },
  })
  await rememberEnclaveKey(room.home, signingKey)
  const kept = await keepDocument(room.home, { answer, at, evidence, inForce, nonce })
  await book(room.home, {
    contract: digest,
    document: evidence.digest,
    encryptionKey: keyId(encryptionKey),
    event: "enclave-verified",
    signingKey: keyId(signingKey),
    simulated: evidence.simulated,
  })
  return { encryptionKey, evidence, kept, signingKey }
}
