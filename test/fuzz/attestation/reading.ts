import type { Bytes } from "../../../shared/bytes.ts"
import { everyItem, type Item, made, readCbor, valueOfKey } from "../cbor-tree.ts"

/** What a document says, read by other code than the verifier's. */
export interface Reading {
  readonly format: "aws-nitro" | "aws-nitrotpm"
  readonly header: Bytes
  readonly payload: Bytes
  readonly signature: Bytes
  readonly moduleId: string
  readonly digest: string
  readonly timestamp: number
  readonly pcrs: ReadonlyMap<number, Bytes>
  /** Root first, leaf last. */
  readonly chain: readonly Bytes[]
  readonly publicKey: Bytes | null
  readonly userData: Bytes | null
  readonly nonce: Bytes | null
}

const REQUIRED = ["module_id", "digest", "timestamp", "certificate", "cabundle"]
const REGISTERS = { "aws-nitro": "pcrs", "aws-nitrotpm": "nitrotpm_pcrs" } as const
const OPTIONAL = ["public_key", "user_data", "nonce"]
const NULL = 22n

/** Reads a document that this profile may accept; throws with what is wrong about any other one. */
export function readDocument(bytes: Uint8Array): Reading {
  const envelope = wellWritten(readCbor(bytes))
  const [header, unprotected, payload, signature, ...more] = envelope.children
  if (envelope.major !== 4 || more.length > 0) throw new Error("not an array of four")
  if (unprotected?.major !== 5 || unprotected.children.length > 0) throw new Error("an unprotected header")
  const map = wellWritten(readCbor(content(payload, 2)))
  const format = valueOfKey(map, REGISTERS["aws-nitrotpm"]) === undefined ? "aws-nitro" : "aws-nitrotpm"
  const fields = fieldsOf(map, [...REQUIRED, REGISTERS[format]])
  return {
    chain: [...members(fields.get("cabundle"), 4), required(fields, "certificate")].map((item) => content(item, 2)),
    digest: string(fields.get("digest")),
    format,
    header: content(header, 2),
    moduleId: string(fields.get("module_id")),
    nonce: optional(fields.get("nonce")),
    payload: content(payload, 2),
    pcrs: registers(fields.get(REGISTERS[format])),
    publicKey: optional(fields.get("public_key")),
    signature: content(signature, 2),
    timestamp: Number(integer(fields.get("timestamp"))),
    userData: optional(fields.get("user_data")),
  }
}

/** Shortest heads, no tags or simple values but null, no strings in chunks: the only freedom is indefinite maps and arrays. */
function wellWritten(root: Item): Item {
  for (const item of everyItem(root)) {
    if (item.major === 6) throw new Error("a tag")
    if (item.major === 7 && (item.width !== 0 || item.argument !== NULL)) throw new Error("a simple value")
    if (item.width === null && item.major !== 4 && item.major !== 5) throw new Error("a string in chunks")
    if (item.width !== null && item.width !== made(item.major, item.argument).width) throw new Error("a long head")
  }
  return root
}

function fieldsOf(payload: Item, wanted: readonly string[]): ReadonlyMap<string, Item> {
  const fields = new Map(pairs(payload).map(([key, value]) => [string(key), value]))
  if (fields.size * 2 !== payload.children.length) throw new Error("a field twice")
  const missing = wanted.filter((name) => !fields.has(name))
  const unknown = [...fields.keys()].filter((name) => !wanted.includes(name) && !OPTIONAL.includes(name))
  if (missing.length > 0 || unknown.length > 0) throw new Error(`fields: ${[...missing, ...unknown].join(", ")}`)
  return fields
}

function registers(item: Item | undefined): ReadonlyMap<number, Bytes> {
  const list = pairs(item).map(([key, value]) => [Number(integer(key)), content(value, 2)] as const)
  const pcrs = new Map(list)
  if (pcrs.size !== list.length) throw new Error("a register twice")
  if (list.some(([index, value]) => index > 31 || value.length !== 48)) throw new Error("a register out of bounds")
  return pcrs
}

function pairs(item: Item | undefined): readonly (readonly [Item, Item])[] {
  const children = members(item, 5)
  return children.flatMap((key, i) => {
    const value = children[i + 1]
    return i % 2 === 0 && value !== undefined ? [[key, value] as const] : []
  })
}

function required(fields: ReadonlyMap<string, Item>, name: string): Item {
  const item = fields.get(name)
  if (item === undefined) throw new Error(`no ${name}`)
  return item
}

function members(item: Item | undefined, major: number): readonly Item[] {
  if (item?.major !== major) throw new Error(`not of major type ${major}`)
  return item.children
}

function content(item: Item | undefined, major: number): Bytes {
  if (item?.major !== major) throw new Error(`not of major type ${major}`)
  return item.content
}

function string(item: Item | undefined): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(content(item, 3))
}

function integer(item: Item | undefined): bigint {
  if (item?.major !== 0) throw new Error("not an unsigned integer")
  return item.argument
}

function optional(item: Item | undefined): Bytes | null {
  return item === undefined || item.major === 7 ? null : content(item, 2)
}
