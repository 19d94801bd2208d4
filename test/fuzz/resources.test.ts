import { describe, expect, it } from "vitest"
import * as z from "zod"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { openJws } from "../../shared/signed/jws.ts"
import { FrameReader } from "../../shared/wire/frames.ts"
import { expectCode } from "../support/rejects.ts"
import { base, DOCUMENTS, JSON_TEXTS, many, OUTCOMES, SIZE } from "./costly.ts"
import { confirmOver } from "./resources.ts"

const MUCH = "within 50 ms of processor time and 64 MB"

describe(`64 KB made to cost, ${MUCH}`, () => {
  for (const [name, bytes] of Object.entries(DOCUMENTS)) {
    it(`document: ${name}`, async () => {
      expect(bytes.length).toBeLessThanOrEqual(SIZE)
      const outcome = () =>
        base.verify(bytes, {}).then(
          () => null,
          (cause: unknown) => cause,
        )
      const cause = await outcome()
      expect(cause instanceof ParleyError ? cause.code : cause).toBe(OUTCOMES[name])
      expect(await confirmOver(outcome)).toBeNull()
    })
  }

  for (const [name, bytes] of Object.entries(JSON_TEXTS)) {
    it(`JSON: ${name}`, async () => {
      const anything = z.unknown()
      await expectCode("jws-malformed", () => openJws("grant", bytes, anything, []))
      const read = async () => {
        try {
          parseCanonical(bytes, anything, SIZE)
          return null
        } catch (cause) {
          return cause
        }
      }
      const cause = await read()
      if (cause !== null) expect(cause).toMatchObject({ name: "ParleyError" })
      expect(await confirmOver(read)).toBeNull()
    })
  }

  it("frames of one byte each, one byte at a time", async () => {
    const bytes = Uint8Array.from(many(SIZE - 4, (i) => [0, 0, 0, 2, 2, 7][i % 6] ?? 0))
    const read = async () => {
      const reader = new FrameReader()
      for (let at = 0; at < bytes.length; at++) reader.push(bytes.subarray(at, at + 1))
      return reader.unfinished
    }
    expect(await read()).toBe(false)
    expect(await confirmOver(read)).toBeNull()
  })
})
