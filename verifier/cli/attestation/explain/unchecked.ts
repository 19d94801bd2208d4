import type { UncheckedItem } from "../../../attestation/verify.ts"
import type { EvidenceKind } from "./kind.ts"

export type { UncheckedItem }

const BINDING: UncheckedItem = {
  reason: "no contract was given: `verify --contract` holds PCR16 against it, `parley enclave verify` all of it",
  what: "PCR16, PCR17, user_data and public_key",
}

/** What an explanation leaves open, each with the reason. */
export function uncheckedOf(kind: EvidenceKind, at: Date | null): readonly UncheckedItem[] {
  if (kind === "unknown") return [{ reason: "this is not recognised as an attestation document", what: "everything" }]
  const subject = kind === "nitrotpm" ? "instance" : "enclave"
  return [
    {
      reason: "AWS publishes lists for regional and zonal authorities only, and this command works offline",
      what: "certificate revocation",
    },
    {
      reason: `no policy was given: whether this is the ${subject} you want is for \`verify --policy\``,
      what: "measurements",
    },
    { reason: "only whoever asked knows which nonce was sent", what: "nonce" },
    {
      reason:
        at === null
          ? "certificates were judged at the document's own timestamp; nothing is said about now"
          : "no limit on the document's age was given, and the time is the one of --at",
      what: "freshness",
    },
    ...(kind === "nitrotpm" ? [] : [BINDING]),
    { reason: "a measurement names an image; what the image does is known to whoever rebuilds it", what: "what runs" },
  ]
}
