import { existsSync, readdirSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { coverage } from "../../attestation-fixtures/generator/coverage.ts"
import { checkContract } from "../../shared/contract/check.ts"
import { Contract } from "../../shared/contract/contract.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { checkVectors } from "../../shared/tokens/vectors.ts"
import { runProgram } from "../support/parley.ts"
import { FIXTURES, readVectors, type Vector } from "./cases.ts"

const vectors = readVectors()
const byId = new Map(vectors.map((vector) => [vector.id, vector]))

describe("the generator of the cases", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "parley-fixtures-"))
  })
  afterAll(() => rm(folder, { force: true, recursive: true }))

  it("makes the committed files again, byte for byte, and no others lie there", async () => {
    const { exit, stderr } = await runProgram("attestation-fixtures/generator/main.ts", ["--out", folder])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" })
    const generated = filesBelow(folder)
    const different = generated.filter((path) => !sameBytes(join(FIXTURES, path), join(folder, path)))
    expect(different).toEqual([])
    const committed = ["cases", "contracts"].flatMap((name) => filesBelow(FIXTURES, name))
    expect(committed.filter((path) => !generated.includes(path))).toEqual([])
    expect(committed.length).toBe(2 * vectors.length + 4)
    expect(generated.length).toBe(committed.length + 3)
  })

  it("fails where a code of the verifier has no case", () => {
    expect(() => coverage([])).toThrow(/^no case for document-too-large, cbor-malformed, /)
  })

  it("changes one thing in each case, against a base that is accepted", () => {
    const derived = vectors.filter(({ base }) => base !== null)
    for (const vector of derived) {
      const base = byId.get(vector.base ?? "")
      if (base === undefined) throw new Error(`${vector.id}: no base ${vector.base}`)
      expect(base.expected.verdict, vector.id).toBe("accepted")
      expect(base.base, vector.id).toBeNull()
      expect(differences(base, vector), vector.id).toHaveLength(1)
    }
    expect(vectors.length - derived.length).toBe(6)
  })

  it("binds sessions to contracts in canonical form that pass every check", () => {
    for (const name of ["session", "other"]) {
      const bytes = readFileSync(join(FIXTURES, `contracts/${name}.json`))
      const contract = parseCanonical(bytes, Contract, 64 * 1024)
      expect(() => checkContract(contract)).not.toThrow()
      expect(contract.tokenSpecs.map(checkVectors)).toEqual([1])
    }
  })

  it("cites clauses that SPEC.md has", () => {
    const spec = readFileSync(join(FIXTURES, "../SPEC.md"), "utf8")
    const known = new Set([...spec.matchAll(/^- (ATT-\d+) /gm)].map(([, clause]) => clause))
    expect(vectors.filter(({ clause }) => !known.has(clause)).map(({ id }) => id)).toEqual([])
    const shown = new Set(vectors.map(({ clause }) => clause))
    expect([...known].filter((clause) => !shown.has(clause ?? ""))).toEqual([])
    expect(known.size).toBeGreaterThan(30)
  })
})

/** Inputs in which two cases differ: the document, what is asked, and of a policy each key. */
function differences(base: Vector, vector: Vector): readonly string[] {
  const [before, after] = [inputsOf(base), inputsOf(vector)]
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key))
  // Registers of one format mean nothing in the other.
  return keys.includes("format") && after.has("format") ? keys.filter((key) => key !== "pcrs") : keys
}

function inputsOf({ base, bytes, clause, document, expected, id, mutation, title, ...asked }: Vector) {
  const { policy, ...others } = { policy: {}, ...asked }
  const inputs = [["document", document.sha256], ...Object.entries(others), ...Object.entries(policy ?? {})] as const
  return new Map(inputs.map(([key, value]) => [key, JSON.stringify(value)]))
}

function filesBelow(root: string, folder = ""): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesBelow(root, path) : [path]
  })
}

function sameBytes(one: string, other: string): boolean {
  return existsSync(one) && Buffer.compare(readFileSync(one), readFileSync(other)) === 0
}
