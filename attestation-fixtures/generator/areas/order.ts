import { concat } from "../../../shared/bytes.ts"
import { time } from "../../software-nsm/der.ts"
import { PRODUCTION, SESSION, TIME } from "../bases.ts"
import { area, type Draft, refuse } from "../case.ts"
import { array, bytes, map, NULL, text, unsigned } from "../cbor.ts"
import { type Chain, makeChain } from "../chain.ts"
import {
  change,
  document,
  type Envelope,
  entriesOf,
  envelope,
  type Fields,
  REGISTERS,
  register,
  registers,
  sessionFields,
  signed,
  TIMESTAMP,
} from "../document.ts"
import { LOOK_ALIKE } from "../look-alike.ts"
import { productionEnvelope, ZEROS } from "../mutate.ts"
import { BOUND_REGISTERS } from "../session.ts"

/** Two faults in one document: the stage that comes first decides, and what comes later is not looked at. */
const first = (...draft: Parameters<typeof refuse>): Draft => ({ ...refuse(...draft), clause: "ATT-1" })

const measuring = (over: readonly (readonly [number, Uint8Array])[]): Uint8Array =>
  registers(new Map([...REGISTERS, ...BOUND_REGISTERS, ...over]))
const DEBUG = measuring([0, 1, 2].map((index) => [index, ZEROS] as const))
const IMAGELESS = registers(BOUND_REGISTERS)
const OTHER = register(0x99)
const OTHER_NONCE = bytes(new Uint8Array(32))

function fields(over: Readonly<Record<string, Uint8Array>>, chain?: Chain): Fields {
  return Object.entries(over).reduce((all, [name, item]) => change(all, name, item), sessionFields(chain))
}

function sealed(over: Readonly<Record<string, Uint8Array>>, envelopeOver: Partial<Envelope>, chain = makeChain()) {
  return envelope({ ...signed(map(entriesOf(fields(over, chain))), chain.leafKey), ...envelopeOver })
}

const ended = makeChain({ leaf: (parts) => ({ ...parts, notAfter: time(new Date(Date.parse(TIME) - 1000)) }) })
const unread: Chain = { ...LOOK_ALIKE, leaf: new Uint8Array(16).fill(0x5a) }
const { payload, protectedHeader, signature, unprotected } = productionEnvelope()
const forged = { signature: bytes(new Uint8Array(96).fill(1)) }

export const ORDER_OF_STAGES = area("order", PRODUCTION, [
  first(
    "document-too-large",
    "size-before-cbor",
    "Size is judged before anything is decoded.",
    "the document is 65,537 bytes of ff",
    new Uint8Array(64 * 1024 + 1).fill(0xff),
  ),
  first(
    "cbor-trailing-bytes",
    "cbor-before-cose",
    "All bytes are decoded before the envelope is looked at.",
    "the envelope has five parts, and a byte 00 follows it",
    concat(array([protectedHeader, unprotected, payload, signature, NULL]), new Uint8Array(1)),
  ),
  first(
    "cose-unprotected-header",
    "cose-before-document",
    "The envelope is judged before what is in it.",
    "the unprotected header is not empty, and digest is SHA256",
    sealed({ digest: text("SHA256") }, { unprotected: map([[unsigned(4), bytes(new Uint8Array(4))]]) }),
  ),
  first(
    "document-field-invalid",
    "document-before-path",
    "The document's form is judged before its certificates.",
    "digest is SHA256, and the chain is a look-alike's",
    sealed({ digest: text("SHA256") }, {}, LOOK_ALIKE),
  ),
  first(
    "path-anchor-mismatch",
    "anchor-before-certificates",
    "No certificate is parsed before the root is the pinned one.",
    "the chain is a look-alike's, and its leaf is no DER",
    sealed({}, {}, unread),
  ),
  first(
    "certificate-expired",
    "path-before-signature",
    "No signature of a document counts without its certificate.",
    "the leaf ended one second before, and the document's signature is made up",
    sealed({}, forged, ended),
  ),
  first(
    "cose-signature-invalid",
    "signature-before-debug",
    "What nobody signed is not called debug mode.",
    "the document's signature is made up, and PCR0, PCR1 and PCR2 are zero",
    sealed({ pcrs: DEBUG }, forged),
  ),
  first(
    "debug-mode",
    "debug-before-nonce",
    "Debug mode is told before the nonce.",
    "PCR0, PCR1 and PCR2 are zero, and the nonce is another one",
    document(fields({ nonce: OTHER_NONCE, pcrs: DEBUG })),
  ),
  first(
    "nonce-mismatch",
    "nonce-before-absent-register",
    "An absent register is no debug mode, and is found with the measurements.",
    "PCR0, PCR1 and PCR2 are absent, and the nonce is another one",
    document(fields({ nonce: OTHER_NONCE, pcrs: IMAGELESS })),
  ),
  first(
    "nonce-mismatch",
    "nonce-before-age",
    "The nonce is judged before the age.",
    "the nonce is another one, and timestamp is a year earlier",
    document(fields({ nonce: OTHER_NONCE, timestamp: unsigned(TIMESTAMP - 365 * 86_400_000) })),
  ),
  first(
    "document-stale",
    "age-before-measurements",
    "Age is judged before the image.",
    "timestamp is a year earlier, and PCR0 has another value",
    document(fields({ pcrs: measuring([[0, OTHER]]), timestamp: unsigned(TIMESTAMP - 365 * 86_400_000) })),
  ),
])

export const ORDER_OF_BINDING = area("order", SESSION, [
  first(
    "measurement-mismatch",
    "measurements-before-contract",
    "The image is judged before what it says of itself.",
    "PCR0 and PCR16 have another value",
    document(fields({ pcrs: measuring([0, 16].map((index) => [index, OTHER] as const)) })),
  ),
  first(
    "binding-contract",
    "contract-before-session",
    "The contract is judged before the session.",
    "PCR16 and PCR17 have another value",
    document(fields({ pcrs: measuring([16, 17].map((index) => [index, OTHER] as const)) })),
  ),
  first(
    "binding-session",
    "session-before-user-data",
    "The registers are judged before user_data.",
    "PCR17 has another value, and user_data is null",
    document(fields({ pcrs: measuring([[17, OTHER]]), user_data: NULL })),
  ),
  first(
    "user-data-malformed",
    "user-data-before-key",
    "user_data is judged before the key.",
    "user_data and public_key are null",
    document(fields({ public_key: NULL, user_data: NULL })),
  ),
])
