import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { concat } from "../../../shared/bytes.ts"
import { FRAME, FrameReader, frameHeader, MAX_DATA_BYTES } from "../../../shared/wire/frames.ts"
import { expectCode } from "../../support/rejects.ts"

const frame = (payload: Uint8Array) => concat(frameHeader(FRAME.data, payload.length), payload)

describe("FrameReader", () => {
  it("gives the same frames however the bytes are cut", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 }),
        fc.array(fc.integer({ max: 40, min: 1 }), { minLength: 1 }),
        (payloads, cuts) => {
          const bytes = concat(...payloads.map(frame))
          const reader = new FrameReader()
          const seen: Uint8Array[] = []
          for (let at = 0, turn = 0; at < bytes.length; turn++) {
            const length = cuts[turn % cuts.length] ?? 1
            for (const { payload } of reader.push(bytes.slice(at, at + length))) seen.push(payload)
            at += length
          }
          expect(seen.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]))
          expect(reader.unfinished).toBe(0)
        },
      ),
    )
  })

  it("judges the length before it waits for, or allocates, anything", async () => {
    for (const header of [
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, FRAME.data),
      Uint8Array.of(0, 0, 0, 0, FRAME.data),
      frameHeader(FRAME.data, MAX_DATA_BYTES + 1),
    ]) {
      await expectCode("wire-malformed", () => new FrameReader().push(header))
    }
  })

  it("refuses an unknown kind and tells a cut stream", async () => {
    await expectCode("wire-malformed", () => new FrameReader().push(Uint8Array.of(0, 0, 0, 1, 9)))
    const reader = new FrameReader()
    expect(reader.push(frame(new Uint8Array(10)).slice(0, 12))).toEqual([])
    expect(reader.unfinished).toBe(12)
  })
})
