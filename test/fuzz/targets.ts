import { attestation, corpus } from "./attestation/target.ts"
import type { Target } from "./target.ts"
import { canonical } from "./targets/canonical.ts"
import { frames } from "./targets/frames.ts"
import { nsm } from "./targets/nsm.ts"
import { sealed } from "./targets/sealed.ts"
import { signed } from "./targets/signed.ts"

/** Everything that reads bytes of strangers, and what share of the time each is worth. */
export const TARGETS: readonly { readonly target: Target<unknown>; readonly share: number }[] = [
  { share: 0.7, target: attestation(corpus()) },
  { share: 0.06, target: frames },
  { share: 0.06, target: sealed },
  { share: 0.06, target: canonical },
  { share: 0.06, target: signed },
  { share: 0.06, target: nsm },
]
