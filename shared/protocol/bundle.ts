import * as z from "zod"
import { JwsObject } from "../signed/jws-object.ts"
import { SessionEvidence } from "./session.ts"

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
