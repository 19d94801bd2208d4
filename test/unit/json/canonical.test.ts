import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import * as z from "zod"
import { utf8 } from "../../../shared/bytes.ts"
import { canonicalText, parseCanonical, parseLoose } from "../../../shared/json/canonical.ts"
import { expectCode } from "../../support/rejects.ts"
import { hasShared, sharedPath } from "../../support/shared-folder.ts"

const Anything = z.unknown()
const JCS = "evidence/conformance/jcs"

describe("RFC 8785", () => {
  it.runIf(hasShared(JCS))("writes what the published vectors say", () => {
    const names = readdirSync(sharedPath(`${JCS}/input`))
    for (const name of names) {
      const value: unknown = JSON.parse(readFileSync(sharedPath(`${JCS}/input/${name}`), "utf8"))
      expect(canonicalText(value), name).toBe(readFileSync(sharedPath(`${JCS}/output/${name}`), "utf8").trimEnd())
    }
    expect(names.length).toBe(6)
  })

  it("refuses a lone surrogate and what JSON cannot say", async () => {
    await expectCode("json-malformed", () => canonicalText({ a: "\ud800" }))
    await expectCode("json-malformed", () => canonicalText(undefined))
    await expectCode("json-malformed", () => parseCanonical(utf8('"\\ud800"'), Anything, 1000))
  })
})

describe("parseCanonical", () => {
  const notCanonical = {
    "another key order": '{"b":1,"a":2}',
    "another spelling of a number": '{"a":1.0}',
    "another spelling of a string": '{"a":"\\u0041"}',
    "duplicate member": '{"a":1,"a":1}',
    exponent: '{"a":1e3}',
    "minus zero": '{"a":-0}',
    "trailing newline": '{"a":1}\n',
    "white space": '{"a": 1}',
    "2^53 + 1": '{"a":9007199254740993}',
  }
  for (const [name, text] of Object.entries(notCanonical)) {
    it(`refuses ${name}`, () => expectCode("json-not-canonical", () => parseCanonical(utf8(text), Anything, 1000)))
  }

  it("refuses a byte order mark, invalid UTF-8 and text that is not JSON", async () => {
    for (const bytes of [utf8('\ufeff{"a":1}'), Uint8Array.of(0x22, 0xff, 0x22), utf8("{"), utf8("")]) {
      await expectCode("json-malformed", () => parseCanonical(bytes, Anything, 1000))
    }
  })

  it("judges the size before the parse, and the depth", async () => {
    await expectCode("json-too-large", () => parseCanonical(utf8("[1,2,3]"), Anything, 6))
    await expectCode("json-malformed", () => parseCanonical(utf8("[".repeat(100_000)), Anything, 1_000_000))
  })

  it("has no way for __proto__ to reach a prototype", async () => {
    const schema = z.strictObject({ a: z.int() })
    await expectCode("json-schema", () => parseCanonical(utf8('{"__proto__":{"x":1},"a":1}'), schema, 1000))
  })

  it("names the field and never the value", async () => {
    const schema = z.strictObject({ secret: z.int() })
    const error = await expectCode("json-schema", () => parseLoose(utf8('{"secret":"hunter2"}'), schema, 1000))
    expect(error.message).toContain("secret")
    expect(error.message).not.toContain("hunter2")
  })
})
