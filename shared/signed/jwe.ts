import { CompactEncrypt, compactDecrypt } from "jose"
import { type Bytes, utf8 } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { agreementKey, type PrivateJwk, type PublicJwk } from "./keys.ts"

/** Kinds of encrypted objects: the JWE `typ`, checked before decryption, and the cap of the compact form in bytes. */
export const SEALED_KINDS = {
  grantSecret: { typ: "parley-grant-secret+jwe", maxBytes: 3 * 1024 * 1024 },
  tokenSecret: { typ: "parley-token-secret+jwe", maxBytes: 8 * 1024 },
  result: { typ: "parley-result+jwe", maxBytes: 64 * 1024 * 1024 },
  refusalDetails: { typ: "parley-refusal-details+jwe", maxBytes: 64 * 1024 },
} as const

export type SealedKind = keyof typeof SEALED_KINDS

const ALG = "ECDH-ES+A256KW"
const ENC = "A256GCM"

/** Encrypts to one P-384 key: compact JWE (RFC 7516), ECDH-ES+A256KW, A256GCM. */
export async function encryptTo(kind: SealedKind, plaintext: Uint8Array, recipient: PublicJwk): Promise<string> {
  return new CompactEncrypt(plaintext)
    .setProtectedHeader({ alg: ALG, enc: ENC, typ: SEALED_KINDS[kind].typ })
    .encrypt(await agreementKey(recipient))
}

/** Decrypts a compact JWE of one kind; other algorithms, compression and critical headers are refused. */
export async function decryptFrom(kind: SealedKind, jwe: string, key: PrivateJwk | CryptoKey): Promise<Bytes> {
  if (jwe.length > SEALED_KINDS[kind].maxBytes) throw new ParleyError("jwe-malformed", `${kind}: over its size cap`)
  if (!/^[\w-]+(?:\.[\w-]*){4}$/.test(jwe)) throw new ParleyError("jwe-malformed", `${kind}: not a compact JWE`)
  try {
    const options = { keyManagementAlgorithms: [ALG], contentEncryptionAlgorithms: [ENC] }
    const imported = key instanceof CryptoKey ? key : await agreementKey(key)
    const { plaintext, protectedHeader } = await compactDecrypt(utf8(jwe), imported, options)
    if (protectedHeader.typ === SEALED_KINDS[kind].typ) return new Uint8Array(plaintext)
    plaintext.fill(0)
  } catch {
    // One answer for every reason: a decryption oracle tells nothing apart.
  }
  throw new ParleyError("jwe-undecryptable", `${kind}: cannot be decrypted with this key`)
}
