import { instanceOf } from "../kind.ts"
import { bytesField, fieldOf, type Reading, textField } from "../reading.ts"
import type { Oddity } from "./index.ts"

const FREE = ["public_key", "user_data", "nonce"] as const
const ORDER = ["module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle", ...FREE]

/** AWS documents these limits; the security module itself takes up to 1024 bytes in each. */
const DOCUMENTED: readonly (readonly [(typeof FREE)[number], number])[] = [
  ["public_key", 1024],
  ["user_data", 512],
  ["nonce", 512],
]

/** What stands in the payload, and in which order. */
export const FIELD_ODDITIES: Readonly<Record<string, Oddity>> = {
  nitrotpm: ({ kind }) =>
    kind === "nitrotpm"
      ? "It is a NitroTPM document: it speaks about an EC2 instance, not about an enclave. Root and chain are the same, its registers mean something else."
      : null,
  "not-a-nitro-document": ({ kind, reading }) =>
    kind === "unknown" && reading.ends === null
      ? "It has neither module_id nor pcrs: this is no Nitro document."
      : null,
  "unknown-fields": ({ kind, reading: { fields } }) => {
    const odd = fields.map(({ name }) => name).filter((name) => !known(kind).includes(name))
    return odd.length === 0 ? null : `It has fields that genuine documents do not have: ${some(odd)}.`
  },
  "duplicate-fields": ({ reading: { fields } }) => {
    const [once, twice] = [new Set<string>(), new Set<string>()]
    for (const { name } of fields) (once.has(name) ? twice : once).add(name)
    return twice.size === 0 ? null : `Fields occur twice: ${some([...twice])}. Readers differ in which they take.`
  },
  "field-order": ({ kind, reading: { fields } }) => {
    const names = fields.map(({ name }) => name).filter((name) => known(kind).includes(name))
    const usual = known(kind).filter((name) => names.includes(name))
    return [...new Set(names)].every((name, index) => name === usual[index])
      ? null
      : "Its fields are in another order than in genuine documents."
  },
  "missing-fields": ({ kind, reading }) => {
    const missing = known(kind).filter((name) => fieldOf(reading, name) === null)
    return missing.length === 0 || kind === "unknown" || reading.ends !== null
      ? null
      : `Missing: ${missing.join(", ")}. Genuine documents have every field, null where unset.`
  },
  "module-id": ({ kind, reading }) =>
    kind !== "unknown" && fieldOf(reading, "module_id") !== null && instanceOf(reading) === null
      ? "Its module_id has another form than i-<instance>-enc<enclave>."
      : null,
  digest: ({ reading }) =>
    fieldOf(reading, "digest") === null || textField(reading, "digest") === "SHA384"
      ? null
      : "Its digest is not SHA384, and every genuine document's is.",
  "over-documented-size": ({ reading }) => {
    const over = DOCUMENTED.filter(([name, limit]) => (bytesField(reading, name)?.length ?? 0) > limit)
    return over.length === 0 ? null : over.map(([name, limit]) => overSize(reading, name, limit)).join(" ")
  },
  "empty-fields": ({ reading }) => listed("Present and empty", reading, (bytes) => bytes.length === 0),
  "zero-fields": ({ reading }) =>
    listed("Nothing but zeros", reading, (bytes) => bytes.length > 0 && bytes.every((byte) => byte === 0)),
  "short-nonce": ({ reading }) => {
    const length = bytesField(reading, "nonce")?.length ?? 0
    return length === 0 || length >= 16
      ? null
      : `Its nonce has ${length} bytes. Fewer than 16 can be guessed, or meet by chance.`
  },
}

/** A document can bring thousands of names. */
function some(names: readonly string[]): string {
  const more = names.length - 5
  return more <= 0 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${more} more`
}

function known(kind: string): readonly string[] {
  return kind === "nitrotpm" ? ORDER.map((name) => (name === "pcrs" ? "nitrotpm_pcrs" : name)) : ORDER
}

function overSize(reading: Reading, name: (typeof FREE)[number], limit: number): string {
  const length = bytesField(reading, name)?.length ?? 0
  return `${name} has ${length} bytes; AWS documents at most ${limit}. Genuine modules write more.`
}

function listed(what: string, reading: Reading, applies: (bytes: Uint8Array) => boolean): string | null {
  const names = FREE.filter((name) => {
    const bytes = bytesField(reading, name)
    return bytes instanceof Uint8Array && applies(bytes)
  })
  return names.length === 0 ? null : `${what}: ${names.join(", ")}.`
}
