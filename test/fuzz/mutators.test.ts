import { describe, expect, it } from "vitest"
import { type Bytes, toHex, utf8 } from "../../shared/bytes.ts"
import { readDocument } from "./attestation/reading.ts"
import { liveBase } from "./attestation/sessions.ts"
import { type Item, readCbor, writeCbor } from "./cbor-tree.ts"
import { elementAt, readDer, type Tlv, writeDer } from "./der-tree.ts"
import type { Mutator } from "./mutator.ts"
import { BYTE_MUTATORS } from "./mutators/bytes.ts"
import { CBOR_MUTATORS } from "./mutators/cbor.ts"
import { CERTIFICATE_MUTATORS } from "./mutators/certificate.ts"
import { CHAIN_MUTATORS } from "./mutators/chain.ts"
import { DER_MUTATORS, OUTER_MUTATORS } from "./mutators/der.ts"
import { ENVELOPE_MUTATORS } from "./mutators/envelope.ts"
import { EXTENSION_MUTATORS } from "./mutators/extensions.ts"
import { FIELD_MUTATORS } from "./mutators/fields.ts"
import { JSON_MUTATORS } from "./mutators/json.ts"
import { Random } from "./random.ts"
import { canonical } from "./targets/canonical.ts"

const ATTEMPTS = 24
const { bytes: document } = liveBase()
const { chain, payload } = readDocument(document)
const der = chain[1] ?? new Uint8Array()
const json = utf8('{"a":"b","c":"d","e":[1,2.5,null],"f":{"g":"h"}}')

/** A kind of subject: how to make it fresh, and how to see what became of it. */
interface Kind<S> {
  readonly mutators: readonly Mutator<S>[]
  readonly fresh: () => S
  readonly shown: (subject: S) => string
}

const bytesKind = (mutators: readonly Mutator<Bytes>[], bytes: Bytes): Kind<Bytes> => ({
  fresh: () => bytes.slice(),
  mutators,
  shown: toHex,
})
const cborKind = (mutators: readonly Mutator<Item>[], bytes: Bytes): Kind<Item> => ({
  fresh: () => readCbor(bytes),
  mutators,
  shown: (item) => toHex(writeCbor(item)),
})
const derKind = (mutators: readonly Mutator<Tlv>[], path: readonly number[]): Kind<Tlv> => ({
  fresh: () => elementAt(readDer(der), ...path),
  mutators,
  shown: (tlv) => toHex(writeDer(tlv)),
})
const pathKind: Kind<Bytes[]> = {
  fresh: () => [...chain],
  mutators: CHAIN_MUTATORS,
  shown: (path) => path.map(toHex).join(),
}

/** What each of many tries makes of a fresh subject; null where there was nothing to damage. */
function results<S>({ fresh, shown }: Kind<S>, { apply }: Mutator<S>): readonly (string | null)[] {
  return Array.from({ length: ATTEMPTS }, (_, input) => {
    const subject = fresh()
    try {
      return shown(apply(new Random(5, input), subject) ?? subject)
    } catch {
      return null
    }
  })
}

function judged<S>(kind: Kind<S>): void {
  const untouched = kind.shown(kind.fresh())
  for (const mutator of kind.mutators) {
    it(mutator.name, () => {
      const made = results(kind, mutator)
      expect(made.filter((result) => result !== null && result !== untouched).length).toBeGreaterThan(ATTEMPTS / 4)
      expect(results(kind, mutator)).toEqual(made)
    })
  }
}

describe("every mutator damages what it is given, the same way for the same seed", () => {
  judged(bytesKind(BYTE_MUTATORS, document))
  judged(bytesKind(JSON_MUTATORS, json))
  judged(cborKind(CBOR_MUTATORS, payload))
  judged(cborKind(FIELD_MUTATORS, payload))
  judged(cborKind(ENVELOPE_MUTATORS, document))
  judged(derKind(CERTIFICATE_MUTATORS, [0]))
  judged(derKind(EXTENSION_MUTATORS, [0]))
  judged(derKind(DER_MUTATORS, [0]))
  judged(derKind(OUTER_MUTATORS, []))
  judged(pathKind)
})

describe("the trees that mutators work on", () => {
  it("write what they read, byte for byte", () => {
    expect(toHex(writeCbor(readCbor(document)))).toBe(toHex(document))
    expect(toHex(writeDer(readDer(der)))).toBe(toHex(der))
  })

  it("make the same input of the same seed and number, and others of others", () => {
    const make = (seed: number, input: number) => toHex(canonical.generate(new Random(seed, input)).bytes)
    expect(make(1, 2)).toBe(make(1, 2))
    expect(new Set(Array.from({ length: 100 }, (_, input) => make(1, input))).size).toBeGreaterThan(80)
    expect(make(1, 3)).not.toBe(make(2, 3))
  })
})
