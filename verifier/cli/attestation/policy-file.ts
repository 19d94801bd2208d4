import { fromHex } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { listPolicy, type MeasurementPolicy, nitroTpmPolicy, type Unchecked } from "../../attestation/policy.ts"
import { parseUnique } from "./unique-keys.ts"

const MAX_BYTES = 64 * 1024
const REASON = '{"unchecked": "the reason"}'

/** Every key of a policy, and what stands there. */
const KEYS = {
  debug: 'Write "debug": "reject"; there is no other choice.',
  format: 'Write "format": "aws-nitro" for an enclave, or "aws-nitrotpm" for an instance with a NitroTPM.',
  maxAgeSeconds: `Write "maxAgeSeconds" as a whole number of seconds, such as 300, or ${REASON}.`,
  nonce: `Write "nonce" as lowercase hex, such as the 64 digits that you sent, or ${REASON}.`,
  pcrs: 'Write "pcrs": {"0": ["96 hex digits"], "1": [...], "2": [...]}; any of the listed values then passes.',
} as const

export interface PolicyFields {
  readonly measurements: MeasurementPolicy
  readonly nonce: Uint8Array | Unchecked
  readonly maxAgeSeconds: number | Unchecked
}

/** Registers that a policy of a format can name, and those that it must. */
const FORMATS = {
  "aws-nitro": { count: 32, mandatory: [0, 1, 2], policy: listPolicy },
  "aws-nitrotpm": { count: 24, mandatory: [4, 7], policy: nitroTpmPolicy },
} as const

type Members = Readonly<Record<string, unknown>>

/** Reads a policy file; every fault is `policy-invalid`, names its key, and says what to write there. */
export function readPolicy(bytes: Uint8Array): PolicyFields {
  const policy = readObject(bytes)
  for (const key of Object.keys(policy)) {
    if (!Object.hasOwn(KEYS, key)) throw invalid(`${shown(key)} is no key of a policy`, onlyKeys())
  }
  for (const key of Object.keys(KEYS) as (keyof typeof KEYS)[]) {
    if (!Object.hasOwn(policy, key)) throw invalid(`"${key}" is missing`, KEYS[key])
  }
  const { format } = policy
  if (format !== "aws-nitro" && format !== "aws-nitrotpm")
    throw invalid('"format" is not one that is known', KEYS.format)
  if (policy.debug !== "reject") throw invalid('"debug" is not "reject"', KEYS.debug)
  return {
    maxAgeSeconds: maxAgeSeconds(policy.maxAgeSeconds),
    measurements: measurements(format, policy.pcrs),
    nonce: nonce(policy.nonce),
  }
}

function readObject(bytes: Uint8Array): Members {
  const policy = bytes.length > MAX_BYTES ? null : parseUnique(bytes)
  if (isObject(policy)) return policy
  const what = bytes.length > MAX_BYTES ? `over ${MAX_BYTES} bytes` : "no JSON object in UTF-8, or one with a key twice"
  throw invalid(`the policy is ${what}`, "`parley attestation verify --help` shows a whole one.")
}

function maxAgeSeconds(value: unknown): number | Unchecked {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 1) return value
  return unchecked("maxAgeSeconds", value, "not a whole number from 1")
}

function nonce(value: unknown): Uint8Array | Unchecked {
  if (typeof value === "string" && /^(?:[0-9a-f]{2}){1,1024}$/.test(value)) return fromHex(value)
  return unchecked("nonce", value, "not 1 to 1024 bytes in lowercase hex")
}

function unchecked(key: "maxAgeSeconds" | "nonce", value: unknown, otherwise: string): Unchecked {
  if (!isObject(value)) throw invalid(`"${key}" is ${otherwise}`, KEYS[key])
  const { unchecked: reason, ...others } = value
  if (Object.keys(others).length > 0 || typeof reason !== "string" || reason.trim() === "" || reason.length > 500) {
    throw invalid(`"${key}" is an object other than {"unchecked": "1 to 500 characters"}`, KEYS[key])
  }
  return { unchecked: reason }
}

function measurements(format: keyof typeof FORMATS, value: unknown): MeasurementPolicy {
  const { count, mandatory, policy } = FORMATS[format]
  if (!isObject(value)) throw invalid('"pcrs" is not an object', KEYS.pcrs)
  const registers = new Map<number, readonly string[]>()
  for (const [index, list] of Object.entries(value)) {
    if (!/^(?:0|[1-9]\d?)$/.test(index) || Number(index) >= count) {
      throw invalid(`pcrs has ${shown(index)}, which is no register`, `Name registers "0" to "${count - 1}".`)
    }
    registers.set(Number(index), values(index, list))
  }
  for (const index of mandatory) {
    if (!registers.has(index))
      throw invalid(`pcrs "${index}" is missing`, `A policy pins PCR${mandatory.join(", PCR")}.`)
  }
  return policy(registers)
}

function values(index: string, list: unknown): readonly string[] {
  const name = `pcrs "${index}"`
  if (!Array.isArray(list)) throw invalid(`${name} is not a list`, KEYS.pcrs)
  if (list.length === 0) throw invalid(`${name} is an empty list: no enclave could pass`, KEYS.pcrs)
  return list.map((value: unknown, at) => {
    const place = list.length === 1 ? name : `${name}, entry ${at + 1},`
    if (typeof value !== "string" || !/^[0-9a-f]{96}$/.test(value)) {
      throw invalid(
        `${place} is not 96 lowercase hex digits`,
        "Copy it whole, as `parley image measure` and `nitro-cli describe-eif` print it.",
      )
    }
    if (/^0+$/.test(value)) {
      throw invalid(`${place} is all zeros: that is debug mode, or a register that says nothing`, "Take the zeros out.")
    }
    return value
  })
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

function onlyKeys(): string {
  return `Take it out; a policy has exactly the keys ${Object.keys(KEYS).sort().join(", ")}.`
}

function shown(key: string): string {
  return JSON.stringify(key.slice(0, 40))
}

function invalid(message: string, todo: string): ParleyError {
  return new ParleyError("policy-invalid", message, { todo })
}
