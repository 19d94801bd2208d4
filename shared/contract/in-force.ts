import { ParleyError } from "../errors/index.ts"
import { parseCanonical } from "../json/canonical.ts"
import { openJws, peekJwsUnverified, type Signed } from "../signed/jws.ts"
import type { PublicJwk } from "../signed/keys.ts"
import { keyId } from "../signed/keys.ts"
import { KINDS, type Kind } from "../signed/kinds.ts"
import { checkContract } from "./check.ts"
import { Contract } from "./contract.ts"
import type { ContractParty } from "./party.ts"

declare const inForce: unique symbol

/** A contract whose fields agree with each other and that every party has signed, m of n. */
export interface ContractInForce {
  readonly [inForce]: true
  readonly contract: Contract
  readonly bytes: Uint8Array
  readonly digest: string
  readonly byParty: Approvals["byParty"]
}

/** Who has approved so far, and who has not. */
export interface Approvals {
  readonly digest: string
  readonly contract: Contract
  readonly bytes: Uint8Array
  readonly byParty: readonly { readonly party: string; readonly signed: readonly string[]; readonly required: number }[]
}

/**
 * Judges the signatures over one contract: each must be by a key that the contract itself lists for approvals, over
 * the same payload. Whether those keys belong to the parties is the caller's to check, against its own address book.
 */
export async function contractApprovals(signatures: readonly Uint8Array[]): Promise<Approvals> {
  const first = signatures[0]
  if (first === undefined) throw new ParleyError("contract-signature-missing", "nobody has signed the contract")
  const { digest } = peekJwsUnverified("contract", first)
  const signed: Signed<Contract>[] = []
  for (const jws of signatures) signed.push(await openContract(jws, digest))
  const contract = (signed[0] as Signed<Contract>).payload
  const kids = new Set(signed.map((s) => s.kid))
  const byParty = contract.parties.map(({ card, approvals }) => ({
    party: card.name,
    required: approvals.contract.required,
    signed: approvals.contract.keys.filter((kid) => kids.has(kid)),
  }))
  return { byParty, bytes: (signed[0] as Signed<Contract>).bytes, contract, digest }
}

/** Throws unless every party has signed. Validity in time is judged where there is a clock, by `requireValidAt`. */
export async function requireInForce(signatures: readonly Uint8Array[]): Promise<ContractInForce> {
  const { byParty, contract, bytes, digest } = await contractApprovals(signatures)
  const missing = missingSigners(byParty)
  if (missing.length > 0) throw new ParleyError("contract-signature-missing", `waiting for: ${missing.join(", ")}`)
  return { byParty, bytes, contract, digest } as ContractInForce
}

/** Who has not signed yet, or not with as many keys as its approval asks for: "bank (sign, 1 of 2 approvals)". */
export function missingSigners(byParty: Approvals["byParty"]): readonly string[] {
  return byParty
    .filter(({ signed, required }) => signed.length < required)
    .map(({ party, required, signed }) => waitingFor(party, "sign", signed.length, required))
}

/** Whom everybody waits for, and for what. The count is told only where one approval is not enough. */
export function waitingFor(party: string, what: "grant" | "sign", given: number, required: number): string {
  return required === 1 ? `${party} (${what})` : `${party} (${what}, ${given} of ${required} approvals)`
}

/** Throws unless `at` lies within the contract's validity, both ends included. */
export function requireValidAt(contract: Contract, at: Date): void {
  const { notBefore, notAfter } = contract.validity
  if (at.getTime() < Date.parse(notBefore)) throw new ParleyError("contract-not-yet-valid", `valid from ${notBefore}`)
  if (at.getTime() > Date.parse(notAfter)) throw new ParleyError("contract-expired", `valid until ${notAfter}`)
}

/** The named party of a contract. */
export function partyOf(contract: Contract, name: string): ContractParty {
  const party = contract.parties.find(({ card }) => card.name === name)
  if (party === undefined) throw new ParleyError("contract-invalid", `no party ${name}`)
  return party
}

/** The keys of a party that count for an approval. */
export function approvalKeys(party: ContractParty, what: "contract" | "grant"): readonly PublicJwk[] {
  const allowed = new Set(party.approvals[what].keys)
  return party.card.signingKeys.map(({ jwk }) => jwk).filter((jwk) => allowed.has(keyId(jwk)))
}

/**
 * Opens all signatures over one object by one party and throws unless `required` different keys among `keys` made them.
 * All must be over the same payload.
 */
export async function openApproved<S extends Parameters<typeof openJws>[2]>(
  kind: Kind,
  signatures: readonly Uint8Array[],
  schema: S,
  keys: readonly PublicJwk[],
  required: number,
) {
  const opened = await Promise.all(signatures.map((jws) => openJws(kind, jws, schema, keys)))
  const first = opened[0]
  if (first === undefined || new Set(opened.map(({ kid }) => kid)).size < required) {
    throw new ParleyError("jws-unknown-key", `${kind}: ${opened.length} of ${required} approvals`)
  }
  if (opened.some(({ digest }) => digest !== first.digest)) {
    throw new ParleyError("jws-malformed", `${kind}: signatures over different objects`)
  }
  // ECDSA signatures differ each time: one key's, listed again, would give one approval many spellings.
  if (new Set(opened.map(({ kid }) => kid)).size < opened.length) {
    throw new ParleyError("jws-malformed", `${kind}: two signatures by one key`)
  }
  return first
}

async function openContract(jws: Uint8Array, digest: string): Promise<Signed<Contract>> {
  const { payload, digest: found } = peekJwsUnverified("contract", jws)
  if (found !== digest) throw new ParleyError("contract-mismatch", "signatures over different contracts")
  const contract = parseContract(payload)
  const keys = contract.parties.flatMap((party) => approvalKeys(party, "contract"))
  return openJws("contract", jws, Contract, keys)
}

/** Reads a contract's canonical bytes and checks that its fields agree with each other. */
export function parseContract(payload: Uint8Array): Contract {
  const contract = parseCanonical(payload, Contract, KINDS.contract.maxBytes)
  checkContract(contract)
  return contract
}
