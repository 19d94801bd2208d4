import { z } from "zod"
import { base64urlOf, base64urlUpTo } from "../json/fields.ts"
import { SessionEvidence } from "./session.ts"

/** A flattened JWS as a JSON value; its RFC 8785 form is what `openJws` reads. */
export const JwsObject = z.strictObject({
  payload: base64urlUpTo(4 * 1024 * 1024),
  protected: base64urlUpTo(512),
  signature: base64urlOf(96),
})
export type JwsObject = z.infer<typeof JwsObject>

const Signatures = z.array(JwsObject).min(1).max(1024)

/**
 * One file with all that an auditor needs for one receipt, offline: every signature over contract, proposal, manifests
 * and grants, the receipt, and the evidence over it.
 */
export const Bundle = z.strictObject({
  contract: Signatures,
  /** The attestation document over the receipt's digest (`parley/receipt/v1`) and the session's two public keys. */
  evidence: SessionEvidence,
  format: z.literal("parley/bundle/v1"),
  grants: Signatures,
  manifests: Signatures,
  proposal: Signatures,
  receipt: JwsObject,
})
export type Bundle = z.infer<typeof Bundle>
export const MAX_BUNDLE_BYTES = 64 * 1024 * 1024
