import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"

/** What a draft says where only its parties know what belongs there. */
export const PLACEHOLDER = "TO BE FILLED IN"
/** The digest of no legal agreement. */
export const NO_AGREEMENT = "0".repeat(64)

/** Paths of the fields that still say what a draft says; empty when the contract is whole. */
export function unfilledFields(contract: Contract): readonly string[] {
  const texts = leaves(contract, "").flatMap(([path, text]) => (text.includes(PLACEHOLDER) ? [path] : []))
  return contract.terms.agreement.sha256 === NO_AGREEMENT ? [...texts, "terms.agreement.sha256"] : texts
}

/** Nobody signs a blank: who fills it in afterwards, and with what, would be anybody's word. */
export function requireFilledIn(contract: Contract): void {
  const unfilled = unfilledFields(contract)
  if (unfilled.length === 0) return
  throw new ParleyError("contract-incomplete", `still to be filled in: ${unfilled.join(", ")}`)
}

function leaves(value: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[path, value]]
  if (value === null || typeof value !== "object") return []
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === "" ? key : `${path}.${key}`))
}
