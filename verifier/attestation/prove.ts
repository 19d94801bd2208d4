import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, toHex } from "../../shared/bytes.ts"
import { type CoseSign1, sigStructure } from "../../shared/cose/sign1.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { AuthorityCache } from "./cache.ts"
import type { EcdsaBackEnd, EcdsaKey } from "./ecdsa/back-end.ts"
import { isSignatureInRange } from "./ecdsa/curve.ts"
import { webCrypto } from "./ecdsa/web-crypto.ts"
import type { CertificatePath } from "./path.ts"
import type { Certificate } from "./x509/certificate.ts"

/** What computes, and what it may remember. It changes how long a verdict takes, never the verdict. */
export interface Engine {
  /** WebCrypto unless given. */
  readonly backEnd?: EcdsaBackEnd
  /** None unless given. */
  readonly cache?: AuthorityCache
}

/** One certificate of the path, with what the cache knows about it. */
interface Link {
  readonly certificate: Certificate
  /** Of the back end, the issuer's whole bytes and its own: a digest alone would let it change its issuer. */
  readonly id: string
  /** Known only when its signature was verified; a leaf's never is, since none is remembered. */
  readonly recalled: EcdsaKey | undefined
}

/** Index of the first certificate that is not signed by the one before it, or null. The root is pinned, not proven. */
export async function unprovenIndex(path: CertificatePath, engine: Engine): Promise<number | null> {
  const backEnd = engine.backEnd ?? webCrypto
  const links = linksOf(path, backEnd, engine.cache)
  const ready = async ({ certificate, id, recalled }: Link) => {
    return { id, key: recalled ?? (await backEnd.importKey(certificate.publicKey)) }
  }
  const authorities = await Promise.all(links.slice(0, -1).map(ready))
  const proofs = authorities.map(({ key }, index) => isProven(links[index + 1], key))
  // A back end that answers 0 or undefined for a wrong signature must not be taken for one that answers true.
  const unproven = (await Promise.all(proofs)).findIndex((proof) => proof !== true)
  if (unproven >= 0) return unproven + 1
  for (const { id, key } of authorities) engine.cache?.remember(id, key)
  return null
}

/** Whether the document is signed by this leaf. About half of the genuine signatures have a high s. */
export async function isSignedBy(leaf: Certificate, cose: CoseSign1, backEnd: EcdsaBackEnd): Promise<boolean> {
  const { payload, protectedHeader, signature } = cose
  if (!isSignatureInRange(signature)) return false
  const key = await backEnd.importKey(leaf.publicKey)
  return key.verify(signature, sigStructure(protectedHeader, payload))
}

export async function requireSignature(cose: CoseSign1, leaf: Certificate, engine: Engine = {}): Promise<void> {
  requireSigned(await isSignedBy(leaf, cose, engine.backEnd ?? webCrypto))
}

export function requireSigned(signed: boolean): void {
  if (signed === true) return
  throw new ParleyError("cose-signature-invalid", "the document's signature does not verify under its leaf")
}

function linksOf({ certificates, ders }: CertificatePath, backEnd: EcdsaBackEnd, cache?: AuthorityCache): Link[] {
  const digests = cache === undefined ? [] : ders.map(digest)
  const mark = cache?.markOf(backEnd)
  return certificates.map((certificate, index) => {
    const id = `${mark}/${index === 0 ? "anchor" : digests[index - 1]}/${digests[index]}`
    return { certificate, id, recalled: cache?.recall(id) }
  })
}

async function isProven(link: Link | undefined, issuer: EcdsaKey): Promise<boolean> {
  if (link === undefined) return false
  if (link.recalled !== undefined) return true
  const { signature, signed } = link.certificate
  return signature !== null && issuer.verify(signature, signed)
}

function digest(der: Bytes): string {
  return toHex(sha256(der))
}
