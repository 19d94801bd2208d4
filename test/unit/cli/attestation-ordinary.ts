import { type Chain, MODULE_ID, makeChain } from "../../../attestation-fixtures/generator/chain.ts"
import {
  change,
  document,
  type Fields,
  REGISTERS,
  type Registers,
  register,
  registers,
  sessionFields,
} from "../../../attestation-fixtures/generator/document.ts"
import { BOUND_REGISTERS } from "../../../attestation-fixtures/generator/session.ts"
import { type TrustAnchor, trustAnchor } from "../../../verifier/attestation/anchor.ts"
import { measuredInstance } from "../../../verifier/cli/attestation/explain/registers.ts"

/** Registers of a production enclave of the fixtures' instance with a signed image. */
export const ORDINARY_REGISTERS: Registers = new Map([
  ...REGISTERS,
  [4, measuredInstance(MODULE_ID.split("-enc")[0] ?? "")],
  [8, register(0x18)],
])

/** A document about which nothing is odd under the fixtures' root. */
export function ordinaryFields(chain: Chain = makeChain()): Fields {
  return withRegisters(new Map([...ORDINARY_REGISTERS, ...BOUND_REGISTERS]), sessionFields(chain))
}

export function withRegisters(values: Registers, fields: Fields = ordinaryFields()): Fields {
  return change(fields, "pcrs", registers(values))
}

/** The ordinary document with one field replaced. */
export function changed(name: string, item: Uint8Array | null): Uint8Array {
  return document(change(ordinaryFields(), name, item))
}

/** The ordinary document under another chain. */
export function underChain(chain: Chain): Uint8Array {
  return document(ordinaryFields(chain), chain)
}

export function fixturesAnchor(): TrustAnchor {
  return trustAnchor("SIMULATED root", makeChain().cabundle[0] ?? new Uint8Array())
}
