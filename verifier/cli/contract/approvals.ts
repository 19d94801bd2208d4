import type { Card, ContractParty } from "../../../shared/contract/party.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { keyId } from "../../../shared/signed/keys.ts"

const WHATS = ["contract", "grant"] as const
type What = (typeof WHATS)[number]
type Role = Card["signingKeys"][number]["role"]

/** How many keys of a party must sign a kind of object, and in which roles their holders must be. */
interface ApprovalRule {
  /** Null stands for every party that has no rule of its own. */
  readonly party: string | null
  readonly what: What
  readonly required: number
  /** Empty for any role. */
  readonly roles: readonly string[]
}

/** Reads rules such as `contract=2` and `bank:contract=2/legal+data-owner,grant=2`. */
export function parseApprovals(texts: readonly string[], parties: readonly string[]): readonly ApprovalRule[] {
  return texts.flatMap((text) => {
    const [, party = null, rules = ""] = /^(?:([a-z][a-z0-9-]*):)?(.+)$/.exec(text) ?? []
    if (party !== null && !parties.includes(party)) throw usage(text, `${party} is no party of the contract`)
    return rules.split(",").map((rule) => parseRule(text, party, rule))
  })
}

function parseRule(text: string, party: string | null, rule: string): ApprovalRule {
  const [, name, required, roles] = /^([a-z]+)=([1-9]\d?)(?:\/([a-z-]+(?:\+[a-z-]+)*))?$/.exec(rule) ?? []
  const what = WHATS.find((known) => known === name)
  if (what === undefined) throw usage(text, "write [party:]contract=N[/role+role],grant=N")
  return { party, required: Number(required), roles: roles?.split("+") ?? [], what }
}

/** A party's approvals. Without a rule any one of its keys is enough. */
export function approvalsOf(card: Card, rules: readonly ApprovalRule[]): ContractParty["approvals"] {
  return { contract: approval(card, rules, "contract"), grant: approval(card, rules, "grant") }
}

function approval(card: Card, rules: readonly ApprovalRule[], what: What): ContractParty["approvals"][What] {
  const own = rules.findLast((rule) => rule.what === what && rule.party === card.name)
  const rule = own ?? rules.findLast((candidate) => candidate.what === what && candidate.party === null)
  const fits = (role: Role) => rule === undefined || rule.roles.length === 0 || rule.roles.includes(role)
  const keys = card.signingKeys.flatMap(({ jwk, role }) => (fits(role) ? [keyId(jwk)] : []))
  const required = rule?.required ?? 1
  if (keys.length >= required) return { keys, required }
  throw new ParleyError(
    "usage",
    `--approvals: ${required} keys of ${card.name} are asked for a ${what}, and its card has ${keys.length} that fit`,
    { todo: `Have ${card.name} add keys with \`parley key add\` and send its new card, or ask for fewer.` },
  )
}

function usage(text: string, why: string): ParleyError {
  return new ParleyError("usage", `--approvals ${text}: ${why}`)
}
