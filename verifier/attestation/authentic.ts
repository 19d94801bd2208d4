import { sha256 } from "@noble/hashes/sha2.js"
import {
  type AttestationDocument,
  type DocumentFormat,
  decodePayload,
  requireSize,
} from "../../shared/attestation/document.ts"
import { toHex } from "../../shared/bytes.ts"
import { decodeSign1 } from "../../shared/cose/sign1.ts"
import type { TrustAnchor } from "./anchor.ts"
import { webCrypto } from "./ecdsa/web-crypto.ts"
import { anchorsInput, bytesInput } from "./inputs.ts"
import { requireProduction } from "./judge.ts"
import { type CertificatePath, readPath, requireProven, requireValidity } from "./path.ts"
import { type Engine, isSignedBy, requireSigned, unprovenIndex } from "./prove.ts"

/** A document that the pinned root vouches for, of an enclave in production mode. What it says is still to be judged. */
export interface Authentic {
  readonly document: AttestationDocument
  readonly path: CertificatePath
  /** SHA-256 of the document's bytes, hex. */
  readonly digest: string
}

/** How a document is judged before what it says is. */
export interface Terms extends Engine {
  readonly format: DocumentFormat
  readonly anchors: readonly TrustAnchor[]
  /** Milliseconds since 1970. */
  readonly timeOf: (document: AttestationDocument) => number
}

const SIGNED_CHECKS = [
  "size",
  "CBOR",
  "COSE header",
  "document syntax",
  "certificate path to the pinned root",
  "COSE signature",
] as const
const DEBUG_CHECK = "not in debug mode"

/** The checks that completed, for reports. An instance with a NitroTPM has no debug mode. */
export function authenticChecks(format: DocumentFormat): readonly string[] {
  return format === "aws-nitro" ? [...SIGNED_CHECKS, DEBUG_CHECK] : SIGNED_CHECKS
}

/**
 * Size, CBOR, COSE header, syntax, path at a time, signature, debug mode: decided in this order (ATT-1), though all
 * signatures are computed at once. Bytes and roots are copied first, so that nobody changes them while it waits.
 */
export async function authenticate(given: Uint8Array, terms: Terms): Promise<Authentic> {
  const anchors = anchorsInput(terms.anchors)
  const bytes = bytesInput("the document", given)
  requireSize(bytes)
  const cose = decodeSign1(bytes)
  const document = decodePayload(cose.payload, terms.format)
  const path = readPath(document.cabundle, document.certificate, anchors)
  const backEnd = terms.backEnd ?? webCrypto
  const [unproven, signed] = await Promise.all([unprovenIndex(path, terms), isSignedBy(path.leaf, cose, backEnd)])
  requireProven(unproven)
  requireValidity(path, terms.timeOf(document))
  requireSigned(signed)
  if (document.format === "aws-nitro") requireProduction(document)
  return { digest: toHex(sha256(bytes)), document, path }
}
