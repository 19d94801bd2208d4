import * as z from "zod"
import {
  base64urlOf,
  base64urlUpTo,
  Digest,
  Instant,
  integer,
  Measurement,
  Name,
  text,
  uniqueList,
} from "../json/fields.ts"
import { Dataset } from "./dataset.ts"
import { ContractParty } from "./party.ts"
import { Query } from "./query.ts"
import { TokenSpec } from "./tokens.ts"

/** What the lawyers agreed; Parley carries it, shows it and signs it. */
const Terms = z.strictObject({
  agreement: z.strictObject({ reference: text(500), sha256: Digest }),
  outputOwner: Name,
  payer: Name,
  purposes: z
    .array(z.strictObject({ meaning: text(1000), name: Name }))
    .min(1)
    .max(32),
  residency: text(200),
  retention: z.strictObject({ inputs: text(500), results: text(500) }),
})

/** An enclave image that may receive keys: PCR0, 1 and 2 together. */
const Image = z.strictObject({ label: text(120), pcr0: Measurement, pcr1: Measurement, pcr2: Measurement })

/** The root that evidence must lead to. A simulated one is only accepted where the owner's own machine says so too. */
const TrustAnchor = z.strictObject({
  certificate: base64urlUpTo(8192),
  name: text(120),
  sha256: Digest,
  simulated: z.boolean(),
})

const Evidence = z.strictObject({
  format: z.literal("aws-nitro"),
  imageUpdates: z.strictObject({ approvers: uniqueList(Name, 1, 64) }).nullable(),
  images: uniqueList(Image, 1, 32),
  trustAnchor: TrustAnchor,
})

/**
 * What is released: threshold-filtered aggregates, or differentially private ones, never both. A private result is
 * released `delaySeconds` after the first key was opened, whatever the data are.
 */
const Release = z.discriminatedUnion("mode", [
  z.strictObject({ mode: z.literal("threshold") }),
  z.strictObject({ delaySeconds: integer(1, 86_400), mode: z.literal("differential-privacy") }),
])

const Limits = z.strictObject({
  grantLifetimeSeconds: integer(60, 7 * 86_400),
  /** Different sets of parameter values per query, over all runs; 1 freezes them by the first grant. */
  parameterSetsPerQuery: integer(1, 10_000),
  runs: integer(1, 1_000_000),
  runSeconds: integer(10, 86_400),
  versionsPerDataset: integer(1, 10_000),
})

/** The signed agreement (SPEC.md, "Contract"). In force when every party has signed. */
export const Contract = z.strictObject({
  datasets: z.array(Dataset).min(1).max(64),
  evidence: Evidence,
  format: z.literal("parley/contract/v1"),
  id: base64urlOf(16),
  limits: Limits,
  parties: z.array(ContractParty).min(1).max(64),
  predecessor: Digest.nullable(),
  queries: z.array(Query).min(1).max(100),
  release: Release,
  terms: Terms,
  title: text(200),
  tokenSpecs: z.array(TokenSpec).min(1).max(16),
  validity: z.strictObject({ notAfter: Instant, notBefore: Instant }),
})
export type Contract = z.infer<typeof Contract>
