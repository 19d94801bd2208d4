import { MAX_DOCUMENT_BYTES } from "../../../../shared/attestation/document.ts"
import { type Bytes, toHex } from "../../../../shared/bytes.ts"
import { type Item, type Outline, outlineCbor } from "./cbor-outline.ts"
import { printable } from "./printable.ts"

/** One entry of the payload map, in the order of the bytes; a name that is no text is shown as what it is. */
export interface Field {
  readonly name: string
  readonly item: Item | null
}

/** Where a document stops to be readable; offsets count from the start of the file. */
export interface Ends {
  readonly at: number
  readonly where: string
  readonly what: string
}

/** A document as far as it can be read, believed or not. */
export interface Reading {
  readonly bytes: Uint8Array
  readonly envelope: Outline
  /** COSE tag around the array, or null as in every genuine document. */
  readonly tag: number | null
  readonly protectedHeader: Bytes | null
  readonly unprotected: Item | null
  readonly payload: Outline | null
  /** What the signature is over, where the envelope holds all of it. */
  readonly payloadBytes: Bytes | null
  readonly signature: Bytes | null
  readonly fields: readonly Field[]
  readonly ends: Ends | null
}

/** Not looked into: work on a file that no verifier takes would be whatever its author wants it to be. */
const TOO_LARGE: Outline = { end: 0, fault: { at: 0, what: "it is over 64 KiB" }, item: null, nonMinimal: [] }

/** Takes a COSE_Sign1 apart without judging it. */
export function readLoosely(bytes: Uint8Array): Reading {
  const envelope = bytes.length > MAX_DOCUMENT_BYTES ? TOO_LARGE : outlineCbor(bytes)
  const { item, tag } = untagged(envelope.item)
  const [header, unprotected, payloadItem, signature] = item?.kind === "array" ? item.items : []
  const payload = payloadItem?.kind === "bytes" ? outlineCbor(payloadItem.bytes) : null
  const map = payload?.item?.kind === "map" ? payload.item : null
  return {
    bytes,
    ends: endOf(envelope, item, payloadItem, payload),
    envelope,
    fields: map === null ? [] : map.entries.map(([key, value]) => ({ item: value, name: nameOf(key) })),
    payload,
    payloadBytes: signature === undefined ? null : bytesOf(payloadItem),
    protectedHeader: bytesOf(header),
    signature: bytesOf(signature),
    tag,
    unprotected: unprotected ?? null,
  }
}

/** The first value of a field; null when there is none. */
export function fieldOf({ fields }: Reading, name: string): Item | null {
  return fields.find((field) => field.name === name)?.item ?? null
}

/** A byte string field: its bytes, null when it is null, undefined when it is absent or something else. */
export function bytesField(reading: Reading, name: string): Bytes | null | undefined {
  const item = fieldOf(reading, name)
  return item?.kind === "null" ? null : (bytesOf(item ?? undefined) ?? undefined)
}

export function textField(reading: Reading, name: string): string | null {
  const item = fieldOf(reading, name)
  return item?.kind === "text" ? item.text : null
}

export function timestampOf(reading: Reading): Date | null {
  const item = fieldOf(reading, "timestamp")
  return item?.kind === "integer" && Math.abs(item.value) <= 8.64e15 ? new Date(item.value) : null
}

/** Certificates from the root down, the leaf last, as far as the document holds them. */
export function chainOf(reading: Reading): readonly Bytes[] {
  const bundle = fieldOf(reading, "cabundle")
  const items = bundle?.kind === "array" ? bundle.items : []
  const leaf = bytesField(reading, "certificate")
  return [...items.flatMap((item) => bytesOf(item) ?? []), ...(leaf ? [leaf] : [])]
}

function untagged(item: Item | null): { readonly item: Item | null; readonly tag: number | null } {
  return item?.kind === "tag" ? { item: item.item, tag: item.tag } : { item, tag: null }
}

function endOf(
  envelope: Outline,
  array: Item | null,
  payloadItem: Item | undefined,
  payload: Outline | null,
): Ends | null {
  if (payload?.fault && payloadItem?.kind === "bytes") {
    const cut = envelope.fault?.at === payloadItem.from
    const where = `in the payload, ${lastField(payload)}`
    return { at: payloadItem.from + payload.fault.at, what: cut ? "the file ends" : payload.fault.what, where }
  }
  if (envelope.fault !== null) return { ...envelope.fault, where: "in the envelope" }
  if (array?.kind !== "array" || array.items.length !== 4) {
    return { at: 0, what: "it is not an array of four, which a COSE_Sign1 is", where: "in the envelope" }
  }
  if (payload?.item?.kind !== "map") return { at: array.at, what: "the payload is no map", where: "in the envelope" }
  return null
}

function lastField({ item }: Outline): string {
  const last = item?.kind === "map" ? item.entries.at(-1) : undefined
  return last === undefined ? "before the first field" : `field ${nameOf(last[0])}`
}

function nameOf(key: Item): string {
  if (key.kind === "text") return printable(key.text.slice(0, 40))
  if (key.kind === "integer") return String(key.value)
  return key.kind === "bytes" ? `h'${toHex(key.bytes.subarray(0, 16))}'` : `(${key.kind})`
}

function bytesOf(item: Item | undefined): Bytes | null {
  return item?.kind === "bytes" ? item.bytes : null
}
