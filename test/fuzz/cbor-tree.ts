import { type Bytes, concat } from "../../shared/bytes.ts"

/**
 * CBOR as it is written, not as it is meant: every head keeps its width, so that a tree writes the bytes it was read
 * from. Shares no code with the product's decoder and takes what that one refuses.
 */
export interface Item {
  major: number
  /** Value, length, count, tag number or simple value. */
  argument: bigint
  /** Bytes of argument after the initial byte: 0, 1, 2, 4, 8, or null for indefinite. */
  width: 0 | 1 | 2 | 4 | 8 | null
  /** Content of strings. */
  content: Bytes
  /** Members of arrays, keys and values of maps in turn, chunks of indefinite strings, the content of a tag. */
  children: Item[]
}

const WIDTHS = [1, 2, 4, 8] as const

/** Reads one item that fills `bytes`. Throws where they are not well-formed. */
export function readCbor(bytes: Uint8Array): Item {
  const [item, end] = itemAt(bytes, 0)
  if (end !== bytes.length) throw new Error("bytes after the item")
  return item
}

function itemAt(bytes: Uint8Array, at: number): [Item, number] {
  const [item, next] = headAt(bytes, at)
  if (item.major === 2 || item.major === 3)
    return item.width === null ? untilBreak(bytes, next, item) : string(bytes, next, item)
  if (item.width === null && (item.major === 4 || item.major === 5)) return untilBreak(bytes, next, item)
  return members(bytes, next, item)
}

function headAt(bytes: Uint8Array, at: number): [Item, number] {
  const first = bytes[at]
  if (first === undefined) throw new Error("cut")
  const info = first & 0x1f
  const item: Item = { argument: BigInt(info), children: [], content: new Uint8Array(), major: first >> 5, width: 0 }
  if (info < 24) return [item, at + 1]
  if (info === 31) return [{ ...item, argument: 0n, width: null }, at + 1]
  const width = WIDTHS[info - 24]
  if (width === undefined || at + 1 + width > bytes.length) throw new Error("bad head")
  return [{ ...item, argument: bigEndian(bytes.subarray(at + 1, at + 1 + width)), width }, at + 1 + width]
}

function string(bytes: Uint8Array, at: number, item: Item): [Item, number] {
  const end = at + Number(item.argument)
  if (end > bytes.length) throw new Error("cut")
  return [{ ...item, content: new Uint8Array(bytes.subarray(at, end)) }, end]
}

function untilBreak(bytes: Uint8Array, from: number, item: Item): [Item, number] {
  let at = from
  while (bytes[at] !== 0xff) {
    const [child, next] = itemAt(bytes, at)
    item.children.push(child)
    at = next
  }
  return [item, at + 1]
}

function members(bytes: Uint8Array, from: number, item: Item): [Item, number] {
  const count = item.major === 4 ? item.argument : item.major === 5 ? 2n * item.argument : item.major === 6 ? 1n : 0n
  let at = from
  for (let i = 0n; i < count; i++) {
    const [child, next] = itemAt(bytes, at)
    item.children.push(child)
    at = next
  }
  return [item, at]
}

/** Writes the tree as it stands; the argument is written as it is, whatever the children say. */
export function writeCbor(item: Item): Bytes {
  const initial = item.major << 5
  const inside = [item.content, ...item.children.map(writeCbor)]
  if (item.width === null) return concat(Uint8Array.of(initial | 31), ...inside, Uint8Array.of(0xff))
  if (item.width === 0) return concat(Uint8Array.of(initial | Number(item.argument & 31n)), ...inside)
  const argument = new Uint8Array(item.width)
  for (let i = 0; i < item.width; i++) argument[i] = Number((item.argument >> BigInt(8 * (item.width - 1 - i))) & 0xffn)
  return concat(Uint8Array.of(initial | (24 + WIDTHS.indexOf(item.width))), argument, ...inside)
}

/** An item with its shortest head, its argument counted from what it holds. */
export function made(major: number, argument: bigint, rest: Partial<Pick<Item, "children" | "content">> = {}): Item {
  const width = argument < 24n ? 0 : argument < 0x100n ? 1 : argument < 0x10000n ? 2 : argument < 0x100000000n ? 4 : 8
  return { argument, children: rest.children ?? [], content: rest.content ?? new Uint8Array(), major, width }
}

export const byteString = (content: Uint8Array): Item =>
  made(2, BigInt(content.length), { content: new Uint8Array(content) })
export const text = (value: string): Item => {
  const content = new TextEncoder().encode(value)
  return made(3, BigInt(content.length), { content })
}
export const unsigned = (value: number): Item => made(0, BigInt(value))
export const array = (children: Item[]): Item => made(4, BigInt(children.length), { children })
export const map = (children: Item[]): Item => made(5, BigInt(children.length / 2), { children })

/** Gives a definite array or map the count that it has now. */
export function recount(item: Item): void {
  if (item.width === null) return
  const count = BigInt(item.major === 5 ? Math.ceil(item.children.length / 2) : item.children.length)
  const { argument, width } = made(item.major, count)
  item.argument = argument
  item.width = width
}

/** The item and everything in it. */
export function everyItem(item: Item): readonly Item[] {
  return [item, ...item.children.flatMap(everyItem)]
}

/** The value of a text key in a map item. */
export function valueOfKey(item: Item, name: string): Item | undefined {
  for (let i = 0; i + 1 < item.children.length; i += 2) {
    const key = item.children[i]
    if (key?.major === 3 && new TextDecoder().decode(key.content) === name) return item.children[i + 1]
  }
  return undefined
}

function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes) value = (value << 8n) | BigInt(byte)
  return value
}
