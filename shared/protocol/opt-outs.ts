import { type Bytes, fromBase64url } from "../bytes.ts"
import { canonicalBytes } from "../json/canonical.ts"
import { commitment } from "../signed/kinds.ts"
import { type GrantSecret, OPT_OUT_TAG } from "./grant.ts"

/** Whom an owner takes out, since when, and what opens its earlier commitments. */
export type OptOutHistory = Readonly<Pick<GrantSecret, "earlierOptOuts" | "optOutSteps" | "optOuts">>

/** What a grant publishes of an opt-out list; `tokens` are sorted. */
export function optOutCommitment(salt: Bytes, tokens: readonly string[]): string {
  return commitment(OPT_OUT_TAG, salt, canonicalBytes(tokens))
}

/**
 * The commitments that an owner's earlier grants published, as far as its history opens them. One at a time: an owner
 * may send a thousand entries over 40,000 people.
 */
export function* earlierCommitments({ earlierOptOuts, optOutSteps, optOuts }: OptOutHistory): Generator<string> {
  for (const { salt, step } of earlierOptOuts) {
    const then = optOuts.filter((_, index) => (optOutSteps[index] ?? 0) <= step)
    yield optOutCommitment(fromBase64url(salt), then)
  }
}
