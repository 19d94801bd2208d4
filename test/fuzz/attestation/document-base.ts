import type { KeyPair } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import { type Bytes, toHex } from "../../../shared/bytes.ts"
import { type TrustAnchor, trustAnchor } from "../../../verifier/attestation/anchor.ts"
import { listPolicy, nitroTpmPolicy } from "../../../verifier/attestation/policy.ts"
import { verifyDocument } from "../../../verifier/attestation/verify.ts"
import { readCbor, writeCbor } from "../cbor-tree.ts"
import type { Base, JudgedField } from "./base.ts"
import { readDocument } from "./reading.ts"
import { keysFor, placePath, rekeyedPath, signedEnvelope } from "./reissue.ts"

const UNCHECKED = { unchecked: "a file alone" }
const MAX_AGE_SECONDS = 300

/** A document as a file, the root that it leads to, and when it is judged; keys where we hold them. */
export interface DocumentFile {
  readonly name: string
  readonly bytes: Bytes
  readonly anchor: TrustAnchor
  readonly at: Date
  readonly keys: readonly KeyPair[] | null
}

/** Judged by `verifyDocument` with its own registers and nonce; an empty nonce asks nothing, so no policy has one. */
export function documentBase({ anchor, at, bytes, keys, name }: DocumentFile): Base {
  const { format, nonce: found, pcrs } = readDocument(bytes)
  const nonce = found === null || found.length === 0 ? null : found
  const pinned = format === "aws-nitro" ? [0, 1, 2] : [4, 7]
  const lists = pinned.map((index) => [index, [toHex(pcrs.get(index) ?? new Uint8Array())]] as const)
  const request = {
    anchors: [anchor],
    at,
    contract: UNCHECKED,
    maxAgeSeconds: MAX_AGE_SECONDS,
    measurements: (format === "aws-nitro" ? listPolicy : nitroTpmPolicy)(new Map(lists)),
    nonce: nonce ?? UNCHECKED,
  }
  const registers = pinned.map((index): JudgedField => `pcr${index}`)
  return {
    at,
    bytes,
    judged: nonce === null ? registers : [...registers, "nonce"],
    keys,
    maxAgeMs: 1000 * MAX_AGE_SECONDS,
    name,
    verify: (document, engine) => verifyDocument({ ...request, ...engine, document }),
  }
}

/** The same text under keys of our own, which gets re-signed mutants of its shape past every signature. */
export function rekeyedFile({ at, bytes, name }: DocumentFile): DocumentFile {
  const { chain, payload } = readDocument(bytes)
  const keys = keysFor(chain.length)
  const path = rekeyedPath(chain, keys)
  const tree = readCbor(payload)
  placePath(tree, path)
  const [root] = path
  const leaf = keys.at(-1)
  if (root === undefined || leaf === undefined) throw new Error(`${name} has no path`)
  const signed = writeCbor(signedEnvelope(writeCbor(tree), leaf))
  return { anchor: trustAnchor("SIMULATED", root), at, bytes: signed, keys, name: `${name}, under other keys` }
}
