import { sha256 } from "@noble/hashes/sha2.js"
import { type AttestationDocument, decodePayload } from "../../shared/attestation/document.ts"
import { toHex } from "../../shared/bytes.ts"
import { type CoseSign1, decodeSign1, sigStructure } from "../../shared/cose/sign1.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { MAX_DOCUMENT_BYTES } from "../../shared/protocol/session.ts"
import type { TrustAnchor } from "./anchor.ts"
import { type ValidPath, validatePath } from "./path.ts"
import { requireProduction } from "./policy.ts"

/** A document that the pinned root vouches for, of an enclave in production mode. What it says is still to be judged. */
export interface Authentic {
  readonly document: AttestationDocument
  readonly path: ValidPath
  /** SHA-256 of the document's bytes, hex. */
  readonly digest: string
}

/** The checks that completed, for reports. */
export const AUTHENTIC_CHECKS = [
  "size",
  "CBOR",
  "COSE header",
  "document syntax",
  "certificate path to the pinned root",
  "COSE signature",
  "not in debug mode",
] as const

/** Size, CBOR, COSE header, syntax, path at a time, signature, debug mode: in this order. */
export async function authenticate(
  bytes: Uint8Array,
  anchors: readonly TrustAnchor[],
  timeOf: (document: AttestationDocument) => Date,
): Promise<Authentic> {
  if (bytes.length > MAX_DOCUMENT_BYTES) {
    throw new ParleyError("document-too-large", `${bytes.length} bytes, at most ${MAX_DOCUMENT_BYTES}`)
  }
  const cose = decodeSign1(bytes)
  const document = decodePayload(cose.payload)
  const path = await validatePath(document.cabundle, document.certificate, anchors, timeOf(document))
  await requireSignature(cose, path)
  requireProduction(document)
  return { digest: toHex(sha256(bytes)), document, path }
}

/** About half of the genuine signatures have a high s, so that is no reason to refuse. */
async function requireSignature({ payload, protectedHeader, signature }: CoseSign1, path: ValidPath): Promise<void> {
  const leaf = path.certificates.at(-1)
  const key = await leaf?.parsed.publicKey.export({ hash: "SHA-384", name: "ECDSA", namedCurve: "P-384" }, ["verify"])
  const signed = sigStructure(protectedHeader, payload)
  const algorithm = { hash: "SHA-384", name: "ECDSA" }
  if (key === undefined || !(await crypto.subtle.verify(algorithm, key, new Uint8Array(signature), signed))) {
    throw new ParleyError("cose-signature-invalid", "the document's signature does not verify under its leaf")
  }
}
