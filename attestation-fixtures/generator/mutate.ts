import type { Bytes } from "../../shared/bytes.ts"
import { type Entry, map } from "./cbor.ts"
import { type Chain, type Change, type Level, makeChain } from "./chain.ts"
import {
  change,
  document,
  type Envelope,
  entriesOf,
  envelope,
  REGISTERS,
  register,
  registers,
  sessionFields,
  signed,
  signPayload,
} from "./document.ts"
import { BOUND_REGISTERS } from "./session.ts"

/** The production document with one field replaced, or taken out by null; signed again. */
export function withField(name: string, item: Uint8Array | null): Bytes {
  return document(change(sessionFields(), name, item))
}

/** With entries after the last field. */
export function withEntries(...entries: readonly Entry[]): Bytes {
  return signPayload(map([...entriesOf(sessionFields()), ...entries]))
}

/** With some registers replaced, or taken out by null. */
export function withRegisters(over: Readonly<Record<number, Uint8Array | null>>): Bytes {
  const all = new Map<number, Uint8Array>([...REGISTERS, ...BOUND_REGISTERS])
  for (const [index, value] of Object.entries(over)) {
    if (value === null) all.delete(Number(index))
    else all.set(Number(index), value)
  }
  return withField("pcrs", registers(all))
}

/** With one certificate changed and signed again by the same issuer. */
export function withCertificate(level: Level, to: Change): Bytes {
  return withChain(makeChain({ [level]: to }))
}

/** With other certificates; the document is signed by that chain's leaf. */
export function withChain(chain: Chain): Bytes {
  return document(sessionFields(chain), chain)
}

/** With one part of the envelope replaced, after it was signed. */
export function withEnvelope(over: Partial<Envelope>): Bytes {
  return envelope({ ...productionEnvelope(), ...over })
}

export function productionEnvelope(): Envelope {
  return signed(productionPayload(), makeChain().leafKey)
}

export function productionPayload(): Bytes {
  return map(entriesOf(sessionFields()))
}

/** With other bytes in the place of a certificate: the leaf, or an entry of the cabundle. */
export function withEncoded(level: Exclude<Level, "root">, encode: (certificate: Bytes) => Bytes): Bytes {
  const chain = makeChain()
  if (level === "leaf") return withChain({ ...chain, leaf: encode(chain.leaf) })
  const at = { instance: 3, regional: 1, zonal: 2 }[level]
  return withChain({ ...chain, cabundle: chain.cabundle.map((each, index) => (index === at ? encode(each) : each)) })
}

/** Registers 0, 1, 2 of debug mode. */
export const ZEROS = register(0)
