import * as z from "zod"
import { StatedPolicy } from "../contract/effective-policy.ts"
import { base64urlOf, DecimalText, Digest, Instant, integer, Name, text } from "../json/fields.ts"
import { SessionReference } from "./grant.ts"
import { Proposal } from "./proposal.ts"
import { CoarseCount } from "./result.ts"

const ByParty = z.strictObject({ digest: Digest, party: Name })

const Spend = z.strictObject({ dataset: Name, lineage: base64urlOf(16), rho: DecimalText })
export type Spend = z.infer<typeof Spend>

/** What the receipt states about one released result (SPEC.md, "Receipt"). */
const ReceiptPredicate = z.strictObject({
  abandoned: Proposal.shape.abandoned,
  contract: Digest,
  engine: z.strictObject({ duckdb: text(40), node: text(40), parley: text(40) }),
  grants: z.array(ByParty).min(1).max(64),
  /** Null for a private result: which of its groups have anybody in them is not told. */
  groups: z.strictObject({ released: CoarseCount, withheld: CoarseCount }).nullable(),
  issuedAt: Instant,
  ledgerHeads: z.array(ByParty).min(1).max(64),
  manifests: z
    .array(z.strictObject({ dataset: Name, digest: Digest }))
    .min(1)
    .max(64),
  optOuts: z.array(ByParty).max(64),
  parameters: Proposal.shape.parameters,
  policy: StatedPolicy,
  previous: Digest.nullable(),
  proposal: Digest,
  query: Name,
  recipients: z.array(Name).min(1).max(64),
  sequence: integer(1, 1_000_000_000),
  session: SessionReference.omit({ document: true }),
  /** What a private result cost each dataset; null under thresholds. */
  spend: z.array(Spend).min(1).max(64).nullable(),
})

/** in-toto Statement v1 whose subject is the salted commitment to the result. */
export const Receipt = z.strictObject({
  _type: z.literal("https://in-toto.io/Statement/v1"),
  predicate: ReceiptPredicate,
  predicateType: z.literal("https://parley.dev/receipt/v1"),
  subject: z.array(z.strictObject({ digest: z.strictObject({ sha256: Digest }), name: z.literal("result") })).length(1),
})
export type Receipt = z.infer<typeof Receipt>

/**
 * A run that ended without a result, once keys were held. `dataset-invalid` is decided on one owner's data alone, before any join, and its
 * details are sealed to that owner; `grant-invalid` says that a party's wrapped keys are not those of its own grant; every
 * later reason is one opaque class.
 */
export const Refusal = z.strictObject({
  contract: Digest,
  details: z
    .string()
    .max(64 * 1024)
    .nullable(),
  format: z.literal("parley/refusal/v1"),
  issuedAt: Instant,
  party: Name.nullable(),
  proposal: Digest,
  reason: z.enum(["dataset-invalid", "grant-invalid", "run-refused"]),
  sequence: integer(1, 1_000_000_000),
})
export type Refusal = z.infer<typeof Refusal>
