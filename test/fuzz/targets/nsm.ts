import {
  decodeNsmRequest,
  decodeNsmResponse,
  encodeNsmRequest,
  encodeNsmResponse,
} from "../../../shared/attestation/nsm.ts"
import { decodeUserData, encodeUserData } from "../../../shared/attestation/user-data.ts"
import { type Bytes, equalBytes } from "../../../shared/bytes.ts"
import { readCbor, writeCbor } from "../cbor-tree.ts"
import { mutate } from "../mutator.ts"
import { BYTE_MUTATORS } from "../mutators/bytes.ts"
import { CBOR_MUTATORS } from "../mutators/cbor.ts"
import type { Target } from "../target.ts"

interface Message {
  readonly name: string
  readonly bytes: Bytes
  /** Reads it and writes what was read. */
  readonly rewritten: (bytes: Bytes) => Bytes
  /** Whether only one encoding of a value is accepted. */
  readonly exact: boolean
}

const few = new Uint8Array(32).fill(4)
const request = (bytes: Bytes): Bytes => encodeNsmRequest(decodeNsmRequest(bytes))
const response = (bytes: Bytes): Bytes => encodeNsmResponse(decodeNsmResponse(bytes))
const userData = (bytes: Bytes): Bytes => encodeUserData(decodeUserData(bytes))

const MESSAGES: readonly Message[] = [
  ...[
    encodeNsmRequest({ kind: "Attestation", nonce: few, publicKey: null, userData: few }),
    encodeNsmRequest({ data: few, index: 16, kind: "ExtendPCR" }),
  ].map((bytes) => ({ bytes, exact: false, name: "request", rewritten: request })),
  ...[
    encodeNsmResponse({ document: new Uint8Array(500).fill(5), kind: "Attestation" }),
    encodeNsmResponse({ data: few, kind: "DescribePCR", lock: true }),
    encodeNsmResponse({ kind: "LockPCR" }),
    encodeNsmResponse({ error: "InvalidIndex", kind: "Error" }),
  ].map((bytes) => ({ bytes, exact: false, name: "response", rewritten: response })),
  {
    bytes: encodeUserData({ contract: few, keys: few, subject: few, type: "parley/receipt/v1" }),
    exact: true,
    name: "user_data",
    rewritten: userData,
  },
]

function messageOf(name: string): Message {
  const message = MESSAGES.find((one) => one.name === name)
  if (message === undefined) throw new Error(`no message ${name}`)
  return message
}

/** The readers of small CBOR: what the security module is asked and answers, and `user_data`. */
export const nsm: Target<Bytes> = {
  again: {},
  codes: new Set([
    ...["cbor-malformed", "cbor-unsupported", "cbor-non-minimal", "cbor-duplicate-key", "cbor-trailing-bytes"],
    ...["cbor-too-deep", "nsm-failed", "user-data-malformed"],
  ]),
  fault: ({ base, bytes }, rewritten) => {
    const { exact, rewritten: again } = messageOf(base)
    if (exact && !equalBytes(bytes, rewritten)) return "another encoding of user_data"
    return equalBytes(again(rewritten), rewritten) ? null : "what it reads, written down, reads otherwise"
  },
  generate: (random) => {
    const { bytes: original, name } = random.pick(MESSAGES)
    const mutations: string[] = []
    const tree = readCbor(original)
    const bytes = random.chance(0.7) ? writeCbor(mutate(random, CBOR_MUTATORS, tree, mutations)) : original
    if (mutations.length > 0 && random.chance(0.7)) return { base: name, bytes, mutations }
    return { base: name, bytes: mutate(random, BYTE_MUTATORS, bytes, mutations), mutations }
  },
  name: "nsm",
  run: async ({ base, bytes }) => messageOf(base).rewritten(bytes),
}
