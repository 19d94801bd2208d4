import type { Authentic } from "./authentic.ts"

declare const live: unique symbol
declare const archived: unique symbol
declare const judged: unique symbol

/** What was not checked, and why. */
export interface UncheckedItem {
  readonly what: string
  readonly reason: string
}

/** What every verdict tells, whatever it may be used for. */
export interface Evidence extends Authentic {
  readonly simulated: boolean
  readonly checked: readonly string[]
  readonly unchecked: readonly UncheckedItem[]
}

/** Evidence that answered a fresh nonce now. The only kind that may release a key. */
export interface LiveEvidence extends Evidence {
  readonly [live]: true
}

/** Evidence judged at its own time, for receipts. By type it can never release a key. */
export interface ArchivedEvidence extends Evidence {
  readonly [archived]: true
}

/** A document judged by an explicit policy, apart from any session. */
export interface JudgedDocument extends Evidence {
  readonly [judged]: true
}

export const REVOCATION: UncheckedItem = {
  reason: "AWS publishes lists for regional and zonal authorities only, and this verifier works offline",
  what: "certificate revocation",
}

export const CONTRACT_CHECK = "PCR16 is the contract"

/** Not branded: whoever calls it says by a cast which kind of verdict it has reached. */
export function evidence(
  authentic: Authentic,
  checked: readonly string[],
  unchecked: readonly UncheckedItem[],
): Evidence {
  return { ...authentic, checked, simulated: authentic.path.anchor.simulated, unchecked }
}
