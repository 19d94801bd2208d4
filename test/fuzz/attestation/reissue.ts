import { type KeyPair, keyPairFrom, sign } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import { type Bytes, toHex } from "../../../shared/bytes.ts"
import { array, byteString, type Item, map, recount, text, valueOfKey, writeCbor } from "../cbor-tree.ts"
import { constructed, elementAt, primitive, readDer, type Tlv, writeDer } from "../der-tree.ts"

/** A certificate of the same text under other keys, signed by `issuer`. */
function rekeyed(der: Uint8Array, key: KeyPair, issuer: KeyPair): Bytes {
  const certificate = readDer(der)
  elementAt(certificate, 0, 6, 1).content = Uint8Array.of(0, ...key.point)
  return signCertificate(certificate, issuer)
}

/** Signs the body as it stands; the rest is left alone. */
export function signCertificate(certificate: Tlv, issuer: KeyPair): Bytes {
  const signature = sign(issuer, writeDer(elementAt(certificate, 0)))
  const integers = [signature.slice(0, 48), signature.slice(48)].map((half) => primitive(0x02, unsignedOctets(half)))
  elementAt(certificate, 2).content = Uint8Array.of(0, ...writeDer(constructed(0x30, ...integers)))
  return writeDer(certificate)
}

function unsignedOctets(half: Bytes): Bytes {
  const first = half.findIndex((byte) => byte !== 0)
  const shortest = half.slice(first === -1 ? 47 : first)
  return (shortest[0] ?? 0) >= 0x80 ? Uint8Array.of(0, ...shortest) : shortest
}

const SEED = new Uint8Array(48).fill(0x5a)
const KEYS: KeyPair[] = []

/** Keys for a whole path, root first; always the same ones. */
export function keysFor(count: number): readonly KeyPair[] {
  for (let index = KEYS.length; index < count; index++) KEYS.push(keyPairFrom(SEED, `fuzz/rekeyed/${index}`))
  return KEYS.slice(0, count)
}

const REKEYED = new Map<string, Bytes>()

/** A path under keys of our own. Many documents share their authorities, so each is signed once. */
export function rekeyedPath(chain: readonly Bytes[], keys: readonly KeyPair[]): Bytes[] {
  return chain.flatMap((der, index) => {
    const key = keys[index]
    const issuer = keys[Math.max(0, index - 1)]
    if (key === undefined || issuer === undefined) return []
    const id = `${index}/${toHex(der)}`
    const certificate = REKEYED.get(id) ?? rekeyed(der, key, issuer)
    REKEYED.set(id, certificate)
    return [certificate]
  })
}

/** Puts a path into a payload, root first and leaf last. */
export function placePath(payload: Item, chain: readonly Bytes[]): void {
  const leaf = valueOfKey(payload, "certificate")
  const bundle = valueOfKey(payload, "cabundle")
  if (leaf !== undefined) Object.assign(leaf, byteString(chain.at(-1) ?? new Uint8Array()))
  if (bundle === undefined) return
  bundle.children = chain.slice(0, -1).map(byteString)
  recount(bundle)
}

const ES384_HEADER = Uint8Array.of(0xa1, 0x01, 0x38, 0x22)

/** Signs payload bytes, whatever they are, as a COSE_Sign1. */
export function signedEnvelope(payload: Bytes, leaf: KeyPair): Item {
  const empty = byteString(new Uint8Array())
  const covered = array([text("Signature1"), byteString(ES384_HEADER), empty, byteString(payload)])
  const signature = sign(leaf, writeCbor(covered))
  return array([byteString(ES384_HEADER), map([]), byteString(payload), byteString(signature)])
}
