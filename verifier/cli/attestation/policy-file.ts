import { z } from "zod"
import { fromHex } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { listPolicy, type MeasurementPolicy, type Unchecked } from "../../attestation/policy.ts"

const UncheckedField = z.strictObject({ unchecked: z.string().min(1).max(500) })
const PolicyFile = z.strictObject({
  debug: z.literal("reject"),
  format: z.literal("aws-nitro"),
  maxAgeSeconds: z.union([z.int().min(1), UncheckedField]),
  nonce: z.union([z.string().regex(/^(?:[0-9a-f]{2}){1,512}$/), UncheckedField]),
  pcrs: z.record(z.string().regex(/^(?:0|[1-9]|[12]\d|3[01])$/), z.array(z.string()).min(1)),
})

export interface PolicyFields {
  readonly measurements: MeasurementPolicy
  readonly nonce: Uint8Array | Unchecked
  readonly maxAgeSeconds: number | Unchecked
}

/** Reads a policy file; unknown keys, empty lists, zeros and a missing PCR 0, 1 or 2 are `policy-invalid`. */
export function readPolicy(bytes: Uint8Array): PolicyFields {
  try {
    const { maxAgeSeconds, nonce, pcrs } = parseLoose(bytes, PolicyFile, 64 * 1024)
    const registers = new Map(Object.entries(pcrs).map(([index, list]) => [Number(index), list]))
    return {
      maxAgeSeconds,
      measurements: listPolicy(registers),
      nonce: typeof nonce === "string" ? fromHex(nonce) : nonce,
    }
  } catch (cause) {
    if (!(cause instanceof ParleyError) || cause.code === "policy-invalid") throw cause
    throw new ParleyError("policy-invalid", cause.message)
  }
}
