import { sha384 } from "@noble/hashes/sha2.js"
import { extendedOnce } from "../../../../shared/attestation/binding.ts"
import type { UserData } from "../../../../shared/attestation/user-data.ts"
import { type Bytes, concat, equalBytes, toHex, utf8 } from "../../../../shared/bytes.ts"
import { parleyData } from "./contents.ts"
import { type EvidenceKind, instanceOf, kindOf } from "./kind.ts"
import { enclaveMeaning, type Meaning, tpmMeaning } from "./meanings.ts"
import { bytesField, fieldOf, type Reading } from "./reading.ts"

/** One register: its value, what it stands for, who set it, and what this value tells. */
export interface Register extends Meaning {
  readonly index: number
  readonly value: string
  readonly zero: boolean
  readonly note: string
}

export const UNUSED = "zero: not used"
/** No module has as many. */
const MAX_SHOWN = 64

/** The registers that the document shows, in their order, then those of 0 to 4 and 8 that it leaves out. */
export function registersOf(reading: Reading): readonly Register[] {
  const kind = kindOf(reading)
  const data = parleyData(bytesField(reading, "user_data") ?? null)
  const shown = valuesOf(reading)
  const registers = [...shown].slice(0, MAX_SHOWN).map(([index, value]) => ({
    ...meaningOf(kind, index),
    index,
    note: note(reading, kind, index, value, data),
    value: toHex(value),
    zero: value.every((byte) => byte === 0),
  }))
  const absent = kind === "nitro-enclave" && shown.size > 0 ? [0, 1, 2, 3, 4, 8].filter((i) => !shown.has(i)) : []
  const missing = absent.map((index) => ({
    ...meaningOf(kind, index),
    index,
    note: "absent: genuine documents show 0 to 15",
    value: "",
    zero: false,
  }))
  return [...registers, ...missing].sort((a, b) => a.index - b.index)
}

/** Registers by index, whatever their length; the first of an index that occurs twice. */
export function valuesOf(reading: Reading): ReadonlyMap<number, Bytes> {
  const item = fieldOf(reading, kindOf(reading) === "nitrotpm" ? "nitrotpm_pcrs" : "pcrs")
  const values = new Map<number, Bytes>()
  for (const [key, value] of item?.kind === "map" ? item.entries : []) {
    if (key.kind === "integer" && value?.kind === "bytes" && !values.has(key.value)) values.set(key.value, value.bytes)
  }
  return values
}

/** PCR4 is the measurement of the parent instance's id, which module_id names too. */
export function measuredInstance(instance: string): Bytes {
  return new Uint8Array(sha384(concat(new Uint8Array(48), utf8(instance))))
}

function meaningOf(kind: EvidenceKind, index: number): Meaning {
  return kind === "nitrotpm" ? tpmMeaning(index) : enclaveMeaning(index)
}

function note(reading: Reading, kind: EvidenceKind, index: number, value: Bytes, data: UserData | null): string {
  if (value.length !== 48) return `${value.length} bytes; a register has 48`
  if (kind === "nitrotpm") return tpmNote(value)
  if (value.every((byte) => byte === 0)) return zeroNote(index)
  const instance = instanceOf(reading)
  if (index === 4 && instance !== null) {
    return equalBytes(value, measuredInstance(instance)) ? `measures ${instance}` : `does not measure ${instance}`
  }
  if (data !== null && index === 16) return bindingNote(value, data.contract, "the contract")
  if (data !== null && index === 17) return bindingNote(value, data.keys, "the session")
  return ""
}

/** Registers 17 to 22 are all ones until a dynamic launch, which no instance does. */
function tpmNote(value: Bytes): string {
  if (value.every((byte) => byte === 0)) return UNUSED
  return value.every((byte) => byte === 0xff) ? "ones: not used" : ""
}

function zeroNote(index: number): string {
  if (index <= 2) return "zero: the enclave was started in debug mode"
  if (index === 3) return "zero: the parent instance had no IAM role"
  if (index === 4) return "zero: genuine enclaves never show this"
  return index === 8 ? "zero: the image is not signed" : UNUSED
}

function bindingNote(value: Bytes, data: Bytes, what: string): string {
  return `${equalBytes(value, extendedOnce(data)) ? "is" : "is not"} one extension by ${what} in user_data`
}
