import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"

/** Not checked, and why; there is no shorter way to leave a check out. */
export interface Unchecked {
  readonly unchecked: string
}

/** An image: PCR0, 1 and 2 together, SHA-384 in lowercase hex. A document must match one as a whole. */
export interface Image {
  readonly pcr0: string
  readonly pcr1: string
  readonly pcr2: string
}

/** Registers that must each have one of the listed values. */
export type RegisterLists = ReadonlyMap<number, readonly string[]>

declare const made: unique symbol

/** What an enclave must measure. Only `imagePolicy` and `listPolicy` make one, so that none accepts everything. */
export type EnclavePolicy =
  | { readonly kind: "images"; readonly images: readonly Image[]; readonly [made]: true }
  | { readonly kind: "lists"; readonly registers: RegisterLists; readonly [made]: true }

/** What an instance with a NitroTPM must measure; only `nitroTpmPolicy` makes one. It says nothing about an enclave. */
export interface NitroTpmPolicy {
  readonly kind: "nitrotpm"
  readonly registers: RegisterLists
  readonly [made]: true
}

export type MeasurementPolicy = EnclavePolicy | NitroTpmPolicy

/** PCR2 or PCR8 alone would accept any kernel or any signed image: 0, 1 and 2 are mandatory. */
export const ENCLAVE_MANDATORY = [0, 1, 2] as const
/** Boot code and Secure Boot: what the firmware started, and whose signatures it took. */
const NITROTPM_MANDATORY = [4, 7] as const

/** The allowed images of a contract. */
export function imagesOf(contract: Contract): EnclavePolicy {
  return imagePolicy(contract.evidence.images)
}

export function imagePolicy(images: readonly Image[]): EnclavePolicy {
  const copies = [...images].map(({ pcr0, pcr1, pcr2 }) => ({ pcr0, pcr1, pcr2 }))
  requireValues(copies.flatMap(({ pcr0, pcr1, pcr2 }) => [pcr0, pcr1, pcr2]))
  return { images: copies, kind: "images" } as unknown as EnclavePolicy
}

export function listPolicy(registers: RegisterLists): EnclavePolicy {
  return { kind: "lists", registers: copyOf(registers, ENCLAVE_MANDATORY, 32) } as unknown as EnclavePolicy
}

export function nitroTpmPolicy(registers: RegisterLists): NitroTpmPolicy {
  return { kind: "nitrotpm", registers: copyOf(registers, NITROTPM_MANDATORY, 24) } as unknown as NitroTpmPolicy
}

/** Judged again where it is used: a caller without types could have put one together. */
export function requirePolicy(policy: MeasurementPolicy): MeasurementPolicy {
  switch (policy.kind) {
    case "images":
      return imagePolicy(policy.images)
    case "lists":
      return listPolicy(policy.registers)
    case "nitrotpm":
      return nitroTpmPolicy(policy.registers)
    default:
      throw new ParleyError("policy-invalid", "a policy of no known kind")
  }
}

/** Sessions and receipts are an enclave's: an instance's registers would be read as something that they are not. */
export function requireEnclavePolicy(policy: MeasurementPolicy): EnclavePolicy {
  const judged = requirePolicy(policy)
  if (judged.kind !== "nitrotpm") return judged
  throw new ParleyError("policy-invalid", "a NitroTPM policy cannot judge a session or a contract")
}

/** A copy, so that nobody widens it later; judged itself, since a Map's own `has` could say anything. */
function copyOf(registers: RegisterLists, mandatory: readonly number[], indices: number): RegisterLists {
  const copy = new Map<number, readonly string[]>()
  for (const [index, values] of registers) {
    if (!Number.isInteger(index) || index < 0 || index >= indices) {
      throw new ParleyError("policy-invalid", `there is no PCR${index}`)
    }
    const list = [...values]
    requireValues(list)
    copy.set(index, list)
  }
  for (const index of mandatory) {
    if (!copy.has(index)) throw new ParleyError("policy-invalid", `PCR${index} is missing`)
  }
  return copy
}

/** Refuses what would accept anything: an empty list, or the zeros of debug mode. */
function requireValues(values: readonly string[]): void {
  if (values.length === 0) throw new ParleyError("policy-invalid", "an empty list accepts nothing and pins nothing")
  if (values.some((value) => typeof value !== "string" || !/^[0-9a-f]{96}$/.test(value) || /^0+$/.test(value))) {
    throw new ParleyError("policy-invalid", "a measurement is not 96 lowercase hex digits, or all zeros")
  }
}
