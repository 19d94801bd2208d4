import { SESSION_PCR, sessionDigest } from "../../shared/attestation/binding.ts"
import type { AttestationDocument } from "../../shared/attestation/document.ts"
import { decodeUserData, type UserDataType } from "../../shared/attestation/user-data.ts"
import { type Bytes, equalBytes, fromBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { PublicJwk, publicPart, thumbprint } from "../../shared/signed/keys.ts"
import { requireContract, requireRegister } from "./contract-register.ts"
import { digestInput, invalid } from "./inputs.ts"

/** What a Parley document must be bound to. */
export interface SessionExpectation {
  /** Contract digest, 32 bytes. */
  readonly contract: Uint8Array
  readonly encryptionKey: PublicJwk
  readonly signingKey: PublicJwk
  readonly type: UserDataType
  /** Receipt digest, 32 bytes, in receipt documents; null in session documents. */
  readonly subject: Uint8Array | null
}

/** The part of an expectation that every kind of document has, judged and copied. */
export function boundTo({ contract, encryptionKey, signingKey }: SessionExpectation) {
  return {
    contract: digestInput("the contract's digest", contract),
    encryptionKey: keyInput("the encryption key", encryptionKey),
    signingKey: keyInput("the signing key", signingKey),
  }
}

/** P-384, both coordinates of 48 bytes; other members of a JWK count for nothing. */
function keyInput(what: string, given: PublicJwk): PublicJwk {
  const key = PublicJwk.safeParse(publicPart(given))
  if (key.success) return key.data
  throw invalid(`${what} is no P-384 JWK`)
}

/** PCR16 and PCR17, then user_data, then the key in `public_key`; each says the same in another way. */
export function requireBinding(document: AttestationDocument, expected: SessionExpectation): void {
  const session = sessionDigest({
    contract: expected.contract,
    encryptionKey: thumbprint(expected.encryptionKey),
    signingKey: thumbprint(expected.signingKey),
  })
  requireContract(document, expected.contract)
  requireRegister(document, SESSION_PCR, session, "binding-session")
  requireUserData(document, expected, session)
  requireKey(document, expected.encryptionKey)
}

function requireUserData(document: AttestationDocument, expected: SessionExpectation, session: Bytes): void {
  if (document.userData === null) throw new ParleyError("user-data-malformed", "user_data is absent")
  const data = decodeUserData(document.userData)
  if (data.type !== expected.type) throw new ParleyError("user-data-type", `user_data says ${data.type}`)
  if (
    !equalBytes(data.contract, expected.contract) ||
    !equalBytes(data.keys, session) ||
    !sameSubject(data.subject, expected.subject)
  ) {
    throw new ParleyError("user-data-mismatch", "user_data names another contract, session or receipt")
  }
}

/** No subject is none, and never an empty one. */
function sameSubject(found: Bytes | null, expected: Uint8Array | null): boolean {
  return found === null || expected === null ? found === expected : equalBytes(found, expected)
}

/** SubjectPublicKeyInfo of a P-384 point, up to the uncompressed point itself (RFC 5480 section 2). */
const SPKI_P384 = Uint8Array.of(
  ...[0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04],
)

function requireKey(document: AttestationDocument, { x, y }: PublicJwk): void {
  const expected = Uint8Array.of(...SPKI_P384, ...fromBase64url(x), ...fromBase64url(y))
  if (document.publicKey === null || !equalBytes(document.publicKey, expected)) {
    throw new ParleyError("key-mismatch", "public_key is not the encryption key that was offered")
  }
}
