import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { ATTESTATION_CODES, clauseOf, stageOf } from "../../../shared/errors/attestation.ts"
import { ERROR_CODES, EXIT } from "../../../shared/errors/index.ts"

const spec = readFileSync(new URL("../../../SPEC.md", import.meta.url), "utf8")
const section = spec.slice(spec.indexOf("## 5 Attestation"), spec.indexOf("## 6 "))
const source = readFileSync(new URL("../../../shared/errors/attestation.ts", import.meta.url), "utf8")
const ROW = /^\| `([a-z-]+)` \| ([a-z_]+) \| (ATT-\d+) \| (\d+) \|$/gm

describe("rejection codes", () => {
  const entries = Object.entries(ATTESTATION_CODES)

  it("are the table of SPEC.md, in its order", () => {
    const listed = [...section.matchAll(ROW)].map((match) => match.slice(1).join(" "))
    expect(listed).toEqual(entries.map(([code, { clause, exit, stage }]) => `${code} ${stage} ${clause} ${exit}`))
    expect(listed.length).toBe(44)
  })

  it("each cite a clause that stands in the section", () => {
    const clauses = new Set([...section.matchAll(/^- (ATT-\d+) /gm)].map(([, clause]) => clause))
    for (const [code, { clause }] of entries) expect(clauses, code).toContain(clause)
    expect(clauses.size).toBe(39)
  })

  it("each say in the source what the caller should do", () => {
    for (const [code] of entries) expect(source, code).toMatch(new RegExp(`/\\*\\* [^*]+ \\*/\\n  "${code}":`))
  })

  it("are malformed or rejected but for NitroTPM, which is unsupported", () => {
    const other = entries.filter(([, { exit }]) => exit !== EXIT.malformed && exit !== EXIT.rejected)
    expect(other.map(([code]) => code)).toEqual(["nitrotpm-unsupported"])
  })

  it("tell their stage and clause, and nothing about the codes of others", () => {
    expect(stageOf("debug-mode")).toBe("debug")
    expect(clauseOf("debug-mode")).toBe("ATT-5")
    const others = ERROR_CODES.filter((code) => !Object.hasOwn(ATTESTATION_CODES, code))
    expect(others.length).toBeGreaterThan(50)
    for (const code of [...others, "toString", ""]) expect([stageOf(code), clauseOf(code)]).toEqual([null, null])
  })
})
