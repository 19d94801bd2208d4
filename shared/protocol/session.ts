import * as z from "zod"
import { MAX_DOCUMENT_BYTES } from "../attestation/document.ts"
import { base64urlUpTo } from "../json/fields.ts"
import { PublicJwk } from "../signed/keys.ts"

export { MAX_DOCUMENT_BYTES }

/**
 * What an enclave answers to a nonce: the attestation document and the two public keys that PCR17 and `user_data`
 * name by thumbprint. Unsigned by itself; everything in it is judged against the document.
 */
export const SessionEvidence = z.strictObject({
  document: base64urlUpTo(MAX_DOCUMENT_BYTES),
  encryptionKey: PublicJwk,
  format: z.literal("parley/session-evidence/v1"),
  signingKey: PublicJwk,
})
export type SessionEvidence = z.infer<typeof SessionEvidence>
export const MAX_SESSION_EVIDENCE_BYTES = 128 * 1024
