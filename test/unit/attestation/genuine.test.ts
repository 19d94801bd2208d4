import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { decodeUnverified } from "../../../shared/attestation/document.ts"
import { toHex } from "../../../shared/bytes.ts"
import type { ErrorCode } from "../../../shared/errors/index.ts"
import { awsAnchor } from "../../../verifier/attestation/anchor.ts"
import { listPolicy } from "../../../verifier/attestation/policy.ts"
import { verifyDocument } from "../../../verifier/attestation/verify.ts"
import { expectCode } from "../../support/rejects.ts"
import { hasShared, sharedPath } from "../../support/shared-folder.ts"

interface Truth {
  readonly root_sha256: string
  readonly documents: readonly { readonly file: string; readonly kind: string; readonly timestamp_ms?: number }[]
}

const FOLDER = "evidence/nitro"
const available = hasShared(FOLDER)
const truth: Truth = available
  ? (JSON.parse(readFileSync(sharedPath(`${FOLDER}/truth.json`), "utf8")) as Truth)
  : { documents: [], root_sha256: "" }
const anyLists = new Map([0, 1, 2].map((index) => [index, ["11".repeat(48)]]))

/** Judges a document at its own time against its own measurements, so that only authenticity decides. */
async function judge(file: string, at: Date | null) {
  const document = readFileSync(sharedPath(`${FOLDER}/${file}`))
  const unchecked = { unchecked: "old" }
  const request = { anchors: [awsAnchor()], contract: unchecked, document, maxAgeSeconds: unchecked, nonce: unchecked }
  const own = ownValues(document)
  return verifyDocument({ ...request, at: at ?? own.at, measurements: own.measurements })
}

function ownValues(bytes: Uint8Array) {
  const { pcrs, timestamp } = decodeOrNull(bytes) ?? { pcrs: new Map(), timestamp: 0 }
  const lists = [0, 1, 2].map((index) => [index, [toHex(pcrs.get(index) ?? new Uint8Array())]] as const)
  const production = lists.every(([, [value]]) => /[1-9a-f]/.test(value ?? ""))
  return { at: new Date(timestamp), measurements: listPolicy(production ? new Map(lists) : anyLists) }
}

function decodeOrNull(bytes: Uint8Array) {
  try {
    return decodeUnverified(bytes)
  } catch {
    return null
  }
}

const REFUSED: Record<string, ErrorCode> = {
  debug: "debug-mode",
  malformed: "cbor-malformed",
  nitrotpm: "nitrotpm-unsupported",
  "synthetic-otherroot": "path-anchor-mismatch",
  "tampered-sig": "cose-signature-invalid",
}

describe.runIf(available)("genuine documents", () => {
  it("pins the published root", () => {
    const { certificate } = awsAnchor()
    expect(createHash("sha256").update(certificate).digest("hex")).toBe(truth.root_sha256)
  })

  for (const { file, kind } of truth.documents) {
    const code = REFUSED[kind]
    if (code === undefined) {
      it(`accepts ${file} at its own time and not today`, async () => {
        expect((await judge(file, null)).simulated).toBe(false)
        await expectCode("certificate-expired", () => judge(file, new Date("2026-11-24T00:00:00Z")))
        await expectCode("certificate-not-yet-valid", () => judge(file, new Date("2020-01-01T00:00:00Z")))
      })
    } else it(`refuses ${file}: ${code}`, () => expectCode(code, () => judge(file, null)))
  }

  it("has judged all of them", () => {
    const kinds = Object.groupBy(truth.documents, ({ kind }) => kind)
    const counts = Object.fromEntries(Object.entries(kinds).map(([kind, list]) => [kind, list?.length]))
    expect(counts).toEqual({
      debug: 4,
      malformed: 1,
      nitrotpm: 1,
      prod: 10,
      "synthetic-otherroot": 1,
      "tampered-sig": 1,
    })
  })
})
