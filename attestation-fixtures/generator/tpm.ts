import { toHex } from "../../shared/bytes.ts"
import { text } from "./cbor.ts"
import { type Fields, type Registers, register, registers, sessionFields } from "./document.ts"

export const TPM_MODULE_ID = "i-0123456789abcdef0-tpm0000000000000000"

/** 24 registers of an instance; PCR4 measures the boot loader, PCR7 the secure boot policy. */
export const TPM_REGISTERS: Registers = new Map(
  Array.from({ length: 24 }, (_, index) => [index, register(index < 16 ? 0x50 + index : 0)]),
)

export const TPM_PCRS = { 4: [toHex(register(0x54))], 7: [toHex(register(0x57))] }

/** A NitroTPM document: same root, same chain, other registers. */
export function tpmFields(values: Registers = TPM_REGISTERS): Fields {
  const entries = [...sessionFields()].map(([name, item]): readonly [string, Uint8Array] => {
    if (name === "module_id") return [name, text(TPM_MODULE_ID)]
    return name === "pcrs" ? ["nitrotpm_pcrs", registers(values)] : [name, item]
  })
  return new Map(entries)
}
