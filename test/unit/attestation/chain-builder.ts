import * as der from "../../../attestation-fixtures/software-nsm/der.ts"
import { signPayload } from "../../../attestation-fixtures/software-nsm/document.ts"
import { type KeyPair, keyPairFrom, sign } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import type { Bytes } from "../../../shared/bytes.ts"
import { encodeCbor } from "../../../shared/cbor/encode.ts"
import type { CborKey, CborValue } from "../../../shared/cbor/value.ts"
import { trustAnchor } from "../../../verifier/attestation/anchor.ts"

/** A chain of five whose every piece of DER can be exchanged before it is signed, so that nothing else is wrong. */
export interface Parts {
  readonly version: Bytes
  readonly serial: Bytes
  readonly innerAlgorithm: Bytes
  readonly outerAlgorithm: Bytes
  readonly issuer: Bytes
  readonly validity: Bytes
  readonly subject: Bytes
  readonly key: Bytes
  /** `[3]`, whole; empty to leave it out. */
  readonly extensions: Bytes
  /** After the extensions, inside of what is signed. */
  readonly after: Bytes
  readonly signature: (raw: Bytes) => Bytes
  /** The finished certificate, changed once more. */
  readonly wrap: (certificate: Bytes) => Bytes
}

export const AT = new Date("2026-11-24T12:00:00Z")
const seed = new Uint8Array(48).fill(5)
export const LEVELS = ["root", "regional", "zonal", "instance", "leaf"] as const
export const LEAF = 4
const keys = LEVELS.map((level) => keyPairFrom(seed, `builder ${level}`))

export function keyOf(index: number): KeyPair {
  const key = keys[index]
  if (key === undefined) throw new Error(`no level ${index}`)
  return key
}

export const ECDSA_WITH_SHA384 = der.sequence(der.oid("1.2.840.10045.4.3.3"))
const EC_PUBLIC_KEY = der.oid("1.2.840.10045.2.1")
export const SECP384R1 = der.oid("1.3.132.0.34")
export const NONE: Bytes = new Uint8Array()

export const name = (common: string) => der.sequence(der.set(der.sequence(der.oid("2.5.4.3"), der.utf8String(common))))
export const spki = (point: Uint8Array, parameters: Bytes = SECP384R1, algorithm: Bytes = EC_PUBLIC_KEY) =>
  der.sequence(der.sequence(algorithm, parameters), der.bitString(point))
export const ecdsaSignature = (r: Bytes, s: Bytes) => der.bitString(der.sequence(r, s))
export const extension = (id: string, critical: Bytes, value: Uint8Array) =>
  der.sequence(der.oid(id), critical, der.octetString(value))
export const TRUE = der.boolean(true)
export const list = (...extensions: readonly Bytes[]) => der.tlv(0xa3, der.sequence(...extensions))
export const constraints = (...content: readonly Bytes[]) => extension("2.5.29.19", TRUE, der.sequence(...content))
export const usage = (bits: Bytes) => extension("2.5.29.15", TRUE, bits)
export const CERT_SIGN = usage(der.bitString(Uint8Array.of(0x06), 1))
export const small = (value: number) => der.unsigned(Uint8Array.of(value))

function usual(index: number): Parts {
  const hours = index === LEAF ? 3 : 24 * (LEAF - index)
  const leaf = [constraints(), extension("2.5.29.15", NONE, der.bitString(Uint8Array.of(0xc0), 6))]
  const authority = [constraints(TRUE, ...(index === 0 ? [] : [small(LEAF - 1 - index)])), CERT_SIGN]
  return {
    after: NONE,
    extensions: list(...(index === LEAF ? leaf : authority)),
    innerAlgorithm: ECDSA_WITH_SHA384,
    issuer: name(LEVELS[Math.max(0, index - 1)] ?? ""),
    key: spki(keyOf(index).point),
    outerAlgorithm: ECDSA_WITH_SHA384,
    serial: small(index + 1),
    signature: (raw) => ecdsaSignature(der.unsigned(raw.subarray(0, 48)), der.unsigned(raw.subarray(48))),
    subject: name(LEVELS[index] ?? ""),
    validity: der.sequence(der.time(AT), der.time(new Date(AT.getTime() + hours * 3_600_000))),
    version: der.tlv(0xa0, small(2)),
    wrap: (certificate) => certificate,
  }
}

export function certificate(index: number, over: Partial<Parts> = {}, signer = keyOf(Math.max(0, index - 1))): Bytes {
  const parts = { ...usual(index), ...over }
  const { after, extensions, innerAlgorithm, issuer, key, serial, subject, validity, version } = parts
  const body = der.sequence(version, serial, innerAlgorithm, issuer, validity, subject, key, extensions, after)
  return parts.wrap(der.sequence(body, parts.outerAlgorithm, parts.signature(sign(signer, body))))
}

export interface Chain {
  readonly cabundle: readonly Bytes[]
  readonly leaf: Bytes
}

/** The usual chain, with one certificate made of other parts. */
export function chainWith(index: number, over: Partial<Parts> = {}): Chain {
  const made = LEVELS.map((_, level) => certificate(level, level === index ? over : {}))
  return { cabundle: made.slice(0, LEAF), leaf: made[LEAF] ?? NONE }
}

export function anchorOfChain({ cabundle }: Chain) {
  return trustAnchor("test", cabundle[0] ?? NONE)
}

const register = (byte: number): Bytes => new Uint8Array(48).fill(byte)
export const PCRS = new Map([0, 1, 2].map((index) => [index, register(index + 1)]))
export const PCR_HEX = new Map([0, 1, 2].map((index) => [index, [`0${index + 1}`.repeat(48)]]))

/** A document's payload over a chain, fields replaced or, with undefined, left out. */
export function documentOf(
  chain: Chain,
  over: Readonly<Record<string, CborValue | undefined>> = {},
  key = keyOf(LEAF),
) {
  const fields: Record<string, CborValue | undefined> = {
    module_id: "i-0123456789abcdef0-enc0123456789abcdef",
    digest: "SHA384",
    timestamp: AT.getTime(),
    pcrs: PCRS,
    certificate: chain.leaf,
    cabundle: chain.cabundle,
    public_key: null,
    user_data: null,
    nonce: null,
    ...over,
  }
  const present = Object.entries(fields).filter((entry): entry is [string, CborValue] => entry[1] !== undefined)
  const leafKey = { leafKey: key, cabundle: chain.cabundle, leaf: chain.leaf, notAfter: AT }
  return signPayload(encodeCbor(new Map<CborKey, CborValue>(present)), leafKey)
}
