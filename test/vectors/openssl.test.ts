import { verify, X509Certificate } from "node:crypto"
import { describe, expect, it } from "vitest"
import { decodeSign1, sigStructure } from "../../shared/cose/sign1.ts"
import { decodeUnverified } from "../../verifier/index.ts"
import { readVectors, type Vector } from "./cases.ts"

/** Refused for another reason than a signature: whatever the mutation touched was signed again. */
const SIGNED_AGAIN = new Set([
  null,
  "binding-contract",
  "binding-session",
  "certificate-duplicate-extension",
  "certificate-expired",
  "certificate-not-yet-valid",
  "debug-mode",
  "document-from-future",
  "document-stale",
  "key-mismatch",
  "measurement-mismatch",
  "nonce-mismatch",
  "path-critical-extension",
  "path-key-usage",
  "path-leaf-is-a-ca",
  "path-length",
  "path-not-a-ca",
  "user-data-malformed",
  "user-data-mismatch",
  "user-data-type",
])
const UNSIGNED = new Set<string | null>(["cose-signature-invalid", "path-signature-invalid"])

/** What OpenSSL says of every signature in a document: each certificate below the root, then the document itself. */
function signatures({ bytes }: Vector): readonly boolean[] {
  const cose = decodeSign1(bytes)
  const { cabundle, certificate } = decodeUnverified(bytes)
  const chain = [...cabundle, certificate].map((der) => new X509Certificate(der))
  const issued = chain.slice(1).map((each, index) => chain[index] !== undefined && each.verify(chain[index].publicKey))
  const leaf = chain.at(-1)
  if (leaf === undefined) return issued
  const key = { dsaEncoding: "ieee-p1363", key: leaf.publicKey } as const
  return [...issued, verify("sha384", sigStructure(cose.protectedHeader, cose.payload), key, cose.signature)]
}

describe("the published cases, through OpenSSL", () => {
  /** Cases of the order have two faults on purpose. */
  const vectors = readVectors().filter(({ id }) => !id.startsWith("order/"))

  it("has every signature valid where a case is about something else", () => {
    const about = vectors.filter(({ expected }) => SIGNED_AGAIN.has(expected.code))
    expect(about.filter((vector) => signatures(vector).includes(false)).map(({ id }) => id)).toEqual([])
    expect(about.length).toBeGreaterThan(200)
  })

  it("has exactly one signature invalid where a case is about that", () => {
    const about = vectors.filter(({ expected }) => UNSIGNED.has(expected.code))
    const invalid = about.map((vector) => [vector.id, signatures(vector).filter((valid) => !valid).length] as const)
    expect(invalid.filter(([, count]) => count !== 1)).toEqual([])
    expect(about.length).toBeGreaterThan(30)
  })
})
