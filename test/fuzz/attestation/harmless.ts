import { type Bytes, equalBytes } from "../../../shared/bytes.ts"
import { byteString, everyItem, type Item, made, map, readCbor, recount, valueOfKey, writeCbor } from "../cbor-tree.ts"
import { elementAt, readDer, writeDer } from "../der-tree.ts"
import type { JudgedField } from "./base.ts"

/**
 * The places where an accepted mutant may differ from its base. Everything that differs somewhere else is a failure:
 * these are put back, and what is left has to be the base, byte for byte.
 *
 * - arrays and maps of definite or indefinite length;
 * - the signature, which was verified;
 * - the order of fields, and an optional field that is absent or null;
 * - the timestamp inside the window, module_id, and registers and free fields that no policy pins;
 * - in a certificate but the root: serial number, names that chain, validity around the time, extensions that have been read, signature.
 */
export function isHarmless(base: Bytes, mutant: Bytes, pinned: readonly JudgedField[]): boolean {
  const wanted = definite(readCbor(base))
  const found = definite(readCbor(mutant))
  const [, , payload] = wanted.children
  const [, , mutated, signature] = found.children
  if (payload === undefined || mutated === undefined || signature === undefined) return false
  Object.assign(signature, wanted.children[3])
  const original = definite(readCbor(payload.content))
  const restored = restoredPayload(original, definite(readCbor(mutated.content)), pinned)
  Object.assign(payload, byteString(writeCbor(original)))
  Object.assign(mutated, byteString(writeCbor(restored)))
  return equalBytes(writeCbor(found), writeCbor(wanted))
}

function definite(root: Item): Item {
  for (const item of everyItem(root)) {
    if (item.width !== null || (item.major !== 4 && item.major !== 5)) continue
    item.width = 0
    recount(item)
  }
  return root
}

const PINNABLE: Readonly<Record<string, JudgedField>> = {
  nonce: "nonce",
  public_key: "publicKey",
  user_data: "userData",
}
const NULL = made(7, 22n)

/** The mutant's fields in the base's order, with the base's values where values are free. */
function restoredPayload(original: Item, mutated: Item, pinned: readonly JudgedField[]): Item {
  const restored = original.children.flatMap((key, i) => {
    const before = original.children[i + 1]
    if (i % 2 !== 0 || before === undefined) return []
    const name = new TextDecoder().decode(key.content)
    const after = valueOfKey(mutated, name) ?? NULL
    return [key, restoredValue(name, before, after, pinned)]
  })
  const known = new Set(original.children.map(({ content }) => new TextDecoder().decode(content)))
  const more = mutated.children.some(({ content }, i) => i % 2 === 0 && !known.has(new TextDecoder().decode(content)))
  return more ? mutated : map(restored)
}

function restoredValue(name: string, before: Item, after: Item, pinned: readonly JudgedField[]): Item {
  if (name === "module_id" || name === "timestamp") return after.major === before.major ? before : after
  const field = PINNABLE[name]
  if (field !== undefined) return pinned.includes(field) ? after : before
  if (name === "pcrs" || name === "nitrotpm_pcrs") return restoredRegisters(before, after, pinned)
  if (name === "certificate") return byteString(restoredCertificate(before.content, after.content))
  if (name !== "cabundle" || after.children.length !== before.children.length) return after
  const chain = after.children.map(({ content }, i) =>
    i === 0 ? content : restoredCertificate(before.children[i]?.content ?? content, content),
  )
  return { ...after, children: chain.map(byteString) }
}

/** Pinned registers as the mutant has them; the others as the base has them. */
function restoredRegisters(before: Item, after: Item, pinned: readonly JudgedField[]): Item {
  const valueAt = (pcrs: Item, index: bigint) =>
    pcrs.children[
      pcrs.children.findIndex(({ argument, major }, i) => i % 2 === 0 && major === 0 && argument === index) + 1
    ]
  const restored = before.children.flatMap((key, i) => {
    const value = before.children[i + 1]
    if (i % 2 !== 0 || value === undefined) return []
    return [key, pinned.includes(`pcr${Number(key.argument)}`) ? (valueAt(after, key.argument) ?? NULL) : value]
  })
  return map(restored)
}

const FREE = [1, 3, 4, 5, 7]

function restoredCertificate(before: Bytes, after: Bytes): Bytes {
  const [wanted, found] = [readDer(before), readDer(after)]
  const [body, original] = [elementAt(found, 0), elementAt(wanted, 0)]
  if (body.elements?.length === 7) body.elements.push(elementAt(original, 7))
  for (const index of FREE) Object.assign(elementAt(body, index), elementAt(original, index))
  Object.assign(elementAt(found, 2), elementAt(wanted, 2))
  return writeDer(found)
}
