import * as z from "zod"
import { base64urlUpTo, Digest, integer, Name } from "../json/fields.ts"
import { Bundle } from "../protocol/bundle.ts"
import { SessionEvidence } from "../protocol/session.ts"
import { SEALED_KINDS } from "../signed/jwe.ts"
import { JwsObject } from "../signed/jws-object.ts"

const Signatures = z.array(JwsObject).max(1024)

/**
 * What the host may ask of an enclave, one request at a time per connection (SPEC.md, "Wire"). `stage` announces the
 * proposal whose ciphertext comes next; `part` is followed by data frames with exactly `bytes` bytes of it; `run` brings
 * the grants.
 */
export const EnclaveRequest = z.discriminatedUnion("op", [
  z.strictObject({ contract: Signatures, op: z.literal("open") }),
  z.strictObject({ nonce: base64urlUpTo(64), op: z.literal("attest") }),
  z.strictObject({ manifests: Signatures, op: z.literal("stage"), proposal: Signatures }),
  z.strictObject({ bytes: integer(1, 2 ** 40), index: integer(0, 4095), manifest: Digest, op: z.literal("part") }),
  z.strictObject({ grants: Signatures, manifests: Signatures, op: z.literal("run"), proposal: Signatures }),
])
export type EnclaveRequest = z.infer<typeof EnclaveRequest>

/** A result sealed to one recipient. */
const SealedFor = z.strictObject({ jwe: z.string().max(SEALED_KINDS.result.maxBytes), recipient: Name })

/** What an enclave answers. `error` carries a code, never a reason that depends on data. */
export const EnclaveResponse = z.discriminatedUnion("answer", [
  z.strictObject({ answer: z.literal("session"), session: SessionEvidence }),
  z.strictObject({ answer: z.literal("accepted") }),
  z.strictObject({ answer: z.literal("released"), bundle: Bundle, results: z.array(SealedFor).min(1).max(64) }),
  z.strictObject({ answer: z.literal("refused"), refusal: JwsObject }),
  z.strictObject({ answer: z.literal("error"), code: z.string().max(64), message: z.string().max(500) }),
])
export type EnclaveResponse = z.infer<typeof EnclaveResponse>
