import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { EVENTS } from "../../../host/log/events.ts"
import { ERROR_CODES, ParleyError } from "../../../shared/errors/index.ts"
import { KINDS } from "../../../shared/signed/kinds.ts"

const read = (name: string) => readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8")

describe("documents say what the code says", () => {
  it("SPEC lists exactly the error codes, with exit and what to do", () => {
    const listed = [...read("SPEC.md").matchAll(/^\| `([a-z-]+)` \| (\d+) \| (.+) \|$/gm)].map(
      ([, code, exit, todo]) => `${code} ${exit} ${todo}`,
    )
    const known = ERROR_CODES.map((code) => {
      const { exit, todo } = new ParleyError(code, "")
      return `${code} ${exit} ${todo}`
    })
    expect(listed).toEqual(known)
    expect(known.length).toBeGreaterThan(80)
  })

  it("SPEC lists every kind of signed object with its typ and tag", () => {
    const spec = read("SPEC.md")
    for (const { tag, typ } of Object.values(KINDS)) expect(spec).toContain(`| ${typ} | ${tag} |`)
    expect(spec.match(/\+jws \| parley\//g)?.length).toBe(Object.keys(KINDS).length)
  })

  it("host/README lists exactly the log events with their fields", () => {
    const listed = [...read("host/README.md").matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)].map(
      ([, event, fields]) => `${event}: ${fields}`,
    )
    const known = Object.entries(EVENTS).map(([event, fields]) => `${event}: ${fields.join(", ") || "-"}`)
    expect(listed).toEqual(known)
  })
})
