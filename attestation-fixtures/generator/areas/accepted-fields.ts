import { PRODUCTION, UNASKED } from "../bases.ts"
import { accept, area, type Clause } from "../case.ts"
import { bytes, NULL, text } from "../cbor.ts"
import { MODULE_ID } from "../chain.ts"
import { REGISTERS, register, registers } from "../document.ts"
import { withField, withRegisters, ZEROS } from "../mutate.ts"

const field = (clause: Clause, name: string, title: string, mutation: string, key: string, item: Uint8Array | null) =>
  accept(clause, name, title, mutation, withField(key, item))

/** Fields within their bounds. */
export const ACCEPTED_FIELDS = area("accepted", PRODUCTION, [
  ...(["user_data", "public_key"] as const).flatMap((key) => {
    const prefix = key.replace("_", "-")
    return [
      field("ATT-17", `${prefix}-null`, `${key} is optional.`, `${key} is null`, key, NULL),
      field("ATT-17", `${prefix}-absent`, `${key} may be left out.`, `${key} is gone`, key, null),
      field(
        "ATT-17",
        `${prefix}-empty`,
        `${key} may be empty.`,
        `${key} is an empty byte string`,
        key,
        bytes(new Uint8Array()),
      ),
      field(
        "ATT-17",
        `${prefix}-of-1024`,
        `${key} has up to 1024 bytes.`,
        `${key} has 1024 bytes`,
        key,
        bytes(new Uint8Array(1024).fill(7)),
      ),
    ]
  }),
  field(
    "ATT-17",
    "user-data-of-746",
    "Genuine user_data has up to 746 bytes.",
    "user_data has 746 bytes",
    "user_data",
    bytes(new Uint8Array(746).fill(7)),
  ),
  field(
    "ATT-17",
    "public-key-of-800",
    "Genuine keys have up to 800 bytes.",
    "public_key has 800 bytes",
    "public_key",
    bytes(new Uint8Array(800).fill(7)),
  ),
  field(
    "ATT-17",
    "module-id-of-128",
    "module_id has up to 128 characters.",
    "module_id has 128 characters",
    "module_id",
    text(MODULE_ID.padEnd(128, "0")),
  ),
  field("ATT-17", "module-id-of-1", "module_id has at least one character.", "module_id is i", "module_id", text("i")),
  field(
    "ATT-17",
    "registers-16",
    "Most documents show 16 registers.",
    "pcrs ends with index 15",
    "pcrs",
    registers(REGISTERS),
  ),
  field(
    "ATT-17",
    "registers-17",
    "Where PCR16 was extended, it is shown.",
    "pcrs ends with index 16",
    "pcrs",
    registers(new Map([...REGISTERS, [16, register(0x66)]])),
  ),
  field(
    "ATT-17",
    "registers-3",
    "Three registers are enough to be measured.",
    "pcrs ends with index 2",
    "pcrs",
    registers(new Map([...REGISTERS].slice(0, 3))),
  ),
  field(
    "ATT-17",
    "registers-32",
    "All 32 registers may be shown.",
    "pcrs has index 0 to 31",
    "pcrs",
    registers(new Map(Array.from({ length: 32 }, (_, index) => [index, register(0x10 + index)]))),
  ),
  accept(
    "ATT-5",
    "pcr3-set",
    "An enclave with an IAM role has a PCR3.",
    "PCR3 is set",
    withRegisters({ 3: register(0x66) }),
  ),
  accept("ATT-5", "pcr4-zero", "PCR4 says nothing about debug mode.", "PCR4 is zero", withRegisters({ 4: ZEROS })),
  accept("ATT-34", "pcr8-set", "A signed image has a PCR8.", "PCR8 is set", withRegisters({ 8: register(0x66) })),
])

const nonce = (name: string, title: string, mutation: string, item: Uint8Array | null) =>
  field("ATT-17", `nonce-${name}`, title, mutation, "nonce", item)

/** Nonces of genuine documents, where the policy does not look at it. */
export const ACCEPTED_NONCES = area("accepted", UNASKED, [
  nonce("null", "nonce is optional.", "the nonce is null", NULL),
  nonce("absent", "nonce may be left out.", "the nonce is gone", null),
  nonce("empty", "nonce may be empty.", "the nonce is an empty byte string", bytes(new Uint8Array())),
  nonce(
    "of-256",
    "Genuine nonces have up to 256 bytes.",
    "the nonce has 256 bytes",
    bytes(new Uint8Array(256).fill(7)),
  ),
  nonce("of-1024", "nonce has up to 1024 bytes.", "the nonce has 1024 bytes", bytes(new Uint8Array(1024).fill(7))),
])
