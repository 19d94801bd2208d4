import { X509Certificate } from "node:crypto"
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fromBase64url } from "../../../shared/bytes.ts"
import { type TrustAnchor, trustAnchor } from "../../../verifier/attestation/anchor.ts"
import { decodeFile } from "../../../verifier/cli/attestation/document-file.ts"
import { reportJson } from "../../../verifier/cli/attestation/explain/json.ts"
import { type Report, reportOf } from "../../../verifier/cli/attestation/explain/report.ts"
import { subjectOf } from "../../../verifier/cli/attestation/explain/subject.ts"
import { reportText } from "../../../verifier/cli/attestation/explain/text.ts"
import { FIXTURES, readVectors, type Vector } from "../../vectors/cases.ts"

const vectors = readVectors()

/** Which of the explanation's facts says what the verifier decides at a stage. */
const FACT_OF: Readonly<Record<string, string>> = {
  cbor: "decoding",
  cose: "decoding",
  debug: "production",
  document: "decoding",
  path: "path",
  signature: "signature",
  size: "decoding",
}

function anchorOf(vector: Vector): TrustAnchor {
  if (vector.path === "document") {
    return trustAnchor("SIMULATED", new X509Certificate(readFileSync(`${FIXTURES}${vector.trustAnchor}`)).raw)
  }
  const contract = JSON.parse(readFileSync(`${FIXTURES}${vector.contract}`, "utf8")) as {
    evidence: { trustAnchor: { certificate: string } }
  }
  return trustAnchor("SIMULATED", fromBase64url(contract.evidence.trustAnchor.certificate))
}

async function explain(bytes: Uint8Array, anchor: TrustAnchor, at: Date | null): Promise<Report> {
  const file = { bytes: new Uint8Array(bytes), encoding: "raw", source: new Uint8Array(bytes) } as const
  return reportOf(subjectOf(file.bytes, [anchor]), file, at)
}

/** Both forms can be made, and neither writes to a terminal. */
function expectShown(report: Report): void {
  const text = reportText(report, "next step")
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(JSON.stringify(reportJson(report)).length).toBeLessThan(200_000)
  expect(text.length).toBeLessThan(30_000)
}

describe("explain, over the fixtures", () => {
  it("finds what the verifier finds, in every case", async () => {
    const seen = { accepted: 0, elsewhere: 0, stages: new Map<string, number>() }
    for (const vector of vectors) {
      const { expected, id } = vector
      const report = await explain(vector.bytes, anchorOf(vector), "time" in vector ? new Date(vector.time) : null)
      expectShown(report)
      const failed = report.facts.filter(({ holds }) => holds === false).map(({ id: fact }) => fact)
      const fact = FACT_OF[expected.stage ?? ""]
      if (expected.verdict === "accepted") {
        expect(failed, id).toEqual([])
        seen.accepted++
      } else if (fact === undefined || expected.code?.startsWith("nitrotpm-")) seen.elsewhere++
      else {
        expect(report.facts.find((found) => found.id === fact)?.code, id).toBe(expected.code)
        seen.stages.set(fact, (seen.stages.get(fact) ?? 0) + 1)
      }
    }
    console.log(
      `explained ${vectors.length} cases: ${seen.accepted} accepted, ${[...seen.stages].join(" ")}, other ${seen.elsewhere}`,
    )
    expect(seen.accepted).toBeGreaterThan(50)
    expect([...seen.stages.keys()].toSorted()).toEqual(["decoding", "path", "production", "signature"])
    expect(seen.elsewhere).toBeLessThan(vectors.length / 3)
  })

  it("explains any bytes at all: documents with changed, lost and added bytes", async () => {
    const accepted = vectors.filter(({ expected }) => expected.verdict === "accepted")
    const [first] = accepted
    if (first === undefined) throw new Error("no case is accepted")
    const anchor = anchorOf(first)
    let explained = 0
    const edit = fc.record({ at: fc.nat(6000), bytes: fc.uint8Array({ maxLength: 4 }), lost: fc.nat(4) })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...accepted),
        fc.array(edit, { maxLength: 4, minLength: 1 }),
        async ({ bytes }, edits) => {
          const mutant = edits.reduce(
            (all, { at, bytes: put, lost }) => [...all.slice(0, at), ...put, ...all.slice(at + lost)],
            [...bytes],
          )
          expectShown(await explain(Uint8Array.from(mutant), anchor, null))
          explained++
        },
      ),
      { numRuns: 300, seed: 20261125 },
    )
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const { bytes: given } = decodeFile(new Uint8Array(bytes))
        expectShown(await explain(given, anchor, null))
        explained++
      }),
      { numRuns: 500, seed: 20261125 },
    )
    expect(explained).toBe(800)
  })
})
