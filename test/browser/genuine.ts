import { readFileSync } from "node:fs"
import { stageOf } from "../../shared/errors/attestation.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { sharedPath } from "../support/shared-folder.ts"
import type { Vector } from "../vectors/cases.ts"
import { verdictOf } from "../vectors/judge.ts"

export const GENUINE = "evidence/nitro"
export const GENUINE_ROOT = "aws-nitro-root-g1.pem"

interface Truth {
  readonly documents: readonly {
    readonly file: string
    readonly kind: string
    readonly pcrs?: Readonly<Record<string, string>>
    readonly timestamp?: string
  }[]
}

const REFUSED = {
  debug: "debug-mode",
  malformed: "cbor-malformed",
  nitrotpm: "nitrotpm-unsupported",
  "synthetic-otherroot": "path-anchor-mismatch",
  "tampered-sig": "cose-signature-invalid",
} as const

/** The documents that people got, as cases: each at its own time, against its own measurements. */
export function genuineVectors(): readonly Vector[] {
  const truth = JSON.parse(readFileSync(sharedPath(`${GENUINE}/truth.json`), "utf8")) as Truth
  return truth.documents.map(({ file, kind, pcrs, timestamp }) => ({
    base: null,
    bytes: new Uint8Array(readFileSync(sharedPath(`${GENUINE}/${file}`))),
    clause: "ATT-1",
    document: { file: "document.bin", sha256: "" },
    expected: expected(kind),
    id: file,
    mutation: "none",
    path: "document",
    policy: policy(pcrs ?? {}),
    time: timestamp ?? "2026-01-01T00:00:00Z",
    title: file,
    trustAnchor: GENUINE_ROOT,
  }))
}

function expected(kind: string): Vector["expected"] {
  if (kind === "prod") return { code: null, stage: null, verdict: "accepted" }
  const code = REFUSED[kind as keyof typeof REFUSED]
  return { code, stage: stageOf(code), verdict: verdictOf(new ParleyError(code, "").exit) }
}

/** Debug documents show zeros, which no policy may pin. */
function policy(pcrs: Readonly<Record<string, string>>) {
  const unchecked = { unchecked: "an old document with nobody's nonce" }
  const list = (index: number) => {
    const value = pcrs[String(index)] ?? ""
    return [/[1-9a-f]/.test(value) ? value : "11".repeat(48)]
  }
  return {
    debug: "reject",
    format: "aws-nitro",
    maxAgeSeconds: unchecked,
    nonce: unchecked,
    pcrs: { 0: list(0), 1: list(1), 2: list(2) },
  }
}
