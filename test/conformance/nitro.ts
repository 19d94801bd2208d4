import { createHash, X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import { basename } from "node:path"
import { expect } from "vitest"
import { type AttestationDocument, decodeUnverified } from "../../shared/attestation/document.ts"
import { fromHex, toHex } from "../../shared/bytes.ts"
import type { ErrorCode } from "../../shared/errors/index.ts"
import { awsAnchor } from "../../verifier/attestation/anchor.ts"
import { listPolicy, type MeasurementPolicy, nitroTpmPolicy } from "../../verifier/attestation/policy.ts"
import { verifyDocument } from "../../verifier/attestation/verify.ts"
import { expectCode } from "../support/rejects.ts"
import { sharedPath } from "../support/shared-folder.ts"
import type { Judge, Tally } from "./tally.ts"

interface Truth {
  readonly root_sha256: string
  readonly documents: readonly DocumentTruth[]
}

interface DocumentTruth {
  readonly bytes: number
  readonly cabundle_count?: number
  readonly cabundle_subjects?: readonly string[]
  readonly digest?: string
  readonly file: string
  readonly kind: string
  readonly leaf_not_after?: string
  readonly leaf_not_before?: string
  readonly leaf_subject?: string
  readonly module_id?: string
  readonly nonce?: string
  readonly nonce_hex?: string
  readonly pcrs?: Readonly<Record<string, string>>
  readonly public_key?: string
  readonly public_key_hex?: string
  readonly sha256: string
  readonly timestamp_ms?: number
  readonly user_data?: string
  readonly user_data_hex?: string
}

const UNCHECKED = { unchecked: "a file alone" }
const PLACEHOLDER = "11".repeat(48)

export function truth(): Truth {
  return JSON.parse(readFileSync(sharedPath("evidence/nitro/truth.json"), "utf8")) as Truth
}

/** A document of the folder: the file that the truth speaks of, its fields, and its verdict at its own time. */
export function nitroDocument(refusal: ErrorCode | null): Judge {
  return async (file, tally, path) => {
    const expected = truth().documents.find((document) => document.file === basename(path))
    if (expected === undefined) throw new Error(`the truth does not name ${path}`)
    expect(file.length).toBe(expected.bytes)
    expect(createHash("sha256").update(file).digest("hex")).toBe(expected.sha256)
    if (refusal === "cbor-malformed") await expectCode(refusal, () => decodeUnverified(file))
    else compareFields(decodeUnverified(file), expected)
    await judgeAtOwnTime(file, expected, refusal)
    tally.run()
  }
}

/** At its own time, with its own nonce and registers, so that authenticity alone decides. */
async function judgeAtOwnTime(document: Uint8Array, expected: DocumentTruth, refusal: ErrorCode | null): Promise<void> {
  const judged = (measurements: MeasurementPolicy) =>
    verifyDocument({
      anchors: [awsAnchor()],
      at: new Date(expected.timestamp_ms ?? 0),
      contract: UNCHECKED,
      document,
      maxAgeSeconds: 1,
      measurements,
      nonce: expected.nonce_hex === undefined ? UNCHECKED : fromHex(expected.nonce_hex),
    })
  const enclave = listPolicy(registersOf(expected, [0, 1, 2]))
  if (refusal === null) compareFields((await judged(enclave)).document, expected)
  else await expectCode(refusal, () => judged(enclave))
  if (refusal !== "nitrotpm-unsupported") return
  const instance = nitroTpmPolicy(registersOf(expected, [4, 7]))
  compareFields((await judged(instance)).document, expected)
}

/** Its own values; in place of the zeros of debug mode, which no policy may pin, something else. */
function registersOf({ pcrs }: DocumentTruth, indices: readonly number[]): ReadonlyMap<number, readonly string[]> {
  const own = (index: number) => pcrs?.[String(index)] ?? PLACEHOLDER
  return new Map(indices.map((index) => [index, [/^0+$/.test(own(index)) ? PLACEHOLDER : own(index)]]))
}

function compareFields(document: AttestationDocument, expected: DocumentTruth): void {
  expect(document.moduleId).toBe(expected.module_id)
  expect(document.timestamp).toBe(expected.timestamp_ms)
  expect(document.digest).toBe(expected.digest)
  const pcrs = Object.fromEntries([...document.pcrs].map(([index, value]) => [String(index), toHex(value)]))
  expect(pcrs).toEqual(expected.pcrs)
  compareFree(document.publicKey, expected.public_key, expected.public_key_hex)
  compareFree(document.userData, expected.user_data, expected.user_data_hex)
  compareFree(document.nonce, expected.nonce, expected.nonce_hex)
  compareCertificates(document, expected)
}

/** The truth writes `null` or `bytes(n)`, and the hex where there is any. */
function compareFree(value: Uint8Array | null, shape: string | undefined, hex: string | undefined): void {
  expect(value === null ? "null" : `bytes(${value.length})`).toBe(shape)
  if (hex !== undefined) expect(toHex(value ?? new Uint8Array())).toBe(hex)
}

function compareCertificates({ cabundle, certificate }: AttestationDocument, expected: DocumentTruth): void {
  expect(cabundle.length).toBe(expected.cabundle_count)
  const subject = (der: Uint8Array) => new X509Certificate(der).subject.replaceAll("\n", ", ")
  expect(cabundle.map(subject)).toEqual(expected.cabundle_subjects)
  expect(subject(certificate)).toBe(expected.leaf_subject)
  const { validFromDate, validToDate } = new X509Certificate(certificate)
  expect(validFromDate.toISOString()).toBe(expected.leaf_not_before)
  expect(validToDate.toISOString()).toBe(expected.leaf_not_after)
}

/** The root that is pinned in the library, byte for byte, and the digest that the truth gives. */
export const nitroRoot: Judge = (file, tally) => {
  const der = file[0] === 0x30 ? file : new X509Certificate(file).raw
  expect(toHex(der)).toBe(toHex(awsAnchor().certificate))
  expect(awsAnchor().sha256).toBe(truth().root_sha256)
  tally.run()
}

/** The truth names documents, each of them once, and nothing else in the folder is a document. */
export function nitroTruth(documents: readonly string[]): Judge {
  return (_file: Buffer, tally: Tally) => {
    const named = truth().documents.map(({ file }) => file)
    expect(named.toSorted()).toEqual(documents.toSorted())
    tally.run()
  }
}
