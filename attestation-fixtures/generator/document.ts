import { type Bytes, concat } from "../../shared/bytes.ts"
import { type KeyPair, sign } from "../software-nsm/key-pair.ts"
import { array, bytes, type Entry, head, map, NULL, text, unsigned } from "./cbor.ts"
import { type Chain, MODULE_ID, makeChain } from "./chain.ts"
import { BOUND_REGISTERS, SESSION_KEY, sessionUserData } from "./session.ts"

/** When the document was signed, in milliseconds: a minute and a half after the leaf's notBefore. */
export const TIMESTAMP = Date.parse("2026-03-01T12:01:30.500Z")
export const NONCE = new Uint8Array(32).fill(0xa5)

/** The payload's fields, each encoded, in the order of genuine documents. */
export type Fields = ReadonlyMap<string, Uint8Array>
export type Registers = ReadonlyMap<number, Uint8Array>

export const register = (byte: number) => new Uint8Array(48).fill(byte)

/** Of a production enclave without an IAM role and of an unsigned image: PCR3 and PCR8 are zero, PCR4 is not. */
export const REGISTERS: Registers = new Map([
  ...Array.from({ length: 16 }, (_, index) => [index, register(0)] as const),
  ...[0, 1, 2, 4].map((index) => [index, register(0x10 + index)] as const),
])

export function registers(values: Registers): Bytes {
  return map([...values].map(([index, value]) => [unsigned(index), bytes(value)]))
}

/** A production document of a Parley session, under the given chain. */
export function sessionFields(chain: Chain = makeChain()): Fields {
  return new Map<string, Uint8Array>([
    ["module_id", text(MODULE_ID)],
    ["digest", text("SHA384")],
    ["timestamp", unsigned(TIMESTAMP)],
    ["pcrs", registers(new Map([...REGISTERS, ...BOUND_REGISTERS]))],
    ["certificate", bytes(chain.leaf)],
    ["cabundle", array(chain.cabundle.map((certificate) => bytes(certificate)))],
    ["public_key", bytes(SESSION_KEY)],
    ["user_data", bytes(sessionUserData())],
    ["nonce", bytes(NONCE)],
  ])
}

/** A receipt's document has no nonce. */
export function receiptFields(subject: Uint8Array): Fields {
  return new Map([
    ...sessionFields(),
    ["user_data", bytes(sessionUserData({ subject, type: "parley/receipt/v1" }))],
    ["nonce", NULL],
  ])
}

/** Replaces a field in its place; null takes it out. */
export function change(fields: Fields, name: string, item: Uint8Array | null): Fields {
  if (!fields.has(name)) throw new Error(`no field ${name}`)
  const changed = [...fields].map(([key, value]) => [key, key === name ? item : value] as const)
  return new Map(changed.flatMap(([key, value]) => (value === null ? [] : [[key, value] as const])))
}

export function entriesOf(fields: Fields): readonly Entry[] {
  return [...fields].map(([name, item]) => [text(name), item])
}

/** The four parts of a COSE_Sign1, each the encoded item. */
export interface Envelope {
  readonly protectedHeader: Uint8Array
  readonly unprotected: Uint8Array
  readonly payload: Uint8Array
  readonly signature: Uint8Array
}

/** {1: -35}: ES384 (RFC 9053 section 2.1). */
export const ES384 = Uint8Array.of(0xa1, 0x01, 0x38, 0x22)

/** Signs a payload for real (RFC 9052 section 4.4), also one that no security module would write. */
export function signed(payload: Uint8Array, key: KeyPair, header: Uint8Array = ES384): Envelope {
  return {
    payload: bytes(payload),
    protectedHeader: bytes(header),
    signature: bytes(signatureOf(payload, key, header)),
    unprotected: map([]),
  }
}

export function signatureOf(payload: Uint8Array, key: KeyPair, header: Uint8Array = ES384): Bytes {
  return sign(key, array([text("Signature1"), bytes(header), bytes(new Uint8Array()), bytes(payload)]))
}

export function envelope({ payload, protectedHeader, signature, unprotected }: Envelope): Bytes {
  return concat(head(4, 4), protectedHeader, unprotected, payload, signature)
}

/** The untagged document of these fields. */
export function document(fields: Fields, chain: Chain = makeChain()): Bytes {
  return signPayload(map(entriesOf(fields)), chain)
}

export function signPayload(payload: Uint8Array, chain: Chain = makeChain()): Bytes {
  return envelope(signed(payload, chain.leafKey))
}
