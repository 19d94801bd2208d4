import * as z from "zod"
import { base64urlOf, Instant, integer, Name, text, uniqueList } from "../json/fields.ts"
import { PublicJwk } from "../signed/keys.ts"

/** One person's (or service's) signing key: who holds it and in which role they approve. */
const SigningKey = z.strictObject({
  holder: text(120),
  jwk: PublicJwk,
  role: z.enum(["data-owner", "privacy-officer", "security", "legal", "technical", "business"]),
})

/**
 * A party's card: what others keep in their address book after comparing the fingerprint by voice.
 * The access key signs HTTP requests to a host and nothing else.
 */
export const Card = z.strictObject({
  accessKey: PublicJwk,
  created: Instant,
  format: z.literal("parley/card/v1"),
  name: Name,
  resultKey: PublicJwk,
  signingKeys: uniqueList(SigningKey, 1, 16),
  title: text(200),
})
export type Card = z.infer<typeof Card>

/** m of n: at least `required` of the signing keys with these ids must sign. */
const Approval = z.strictObject({ keys: uniqueList(base64urlOf(32), 1, 16), required: integer(1, 16) })

export const PartyRole = z.enum(["owner", "recipient", "approver"])

/** A party of a contract with the card that everybody pinned, and how many of its keys must approve what. */
export const ContractParty = z.strictObject({
  approvals: z.strictObject({ contract: Approval, grant: Approval }),
  card: Card,
  roles: uniqueList(PartyRole, 1, 3),
})
export type ContractParty = z.infer<typeof ContractParty>
