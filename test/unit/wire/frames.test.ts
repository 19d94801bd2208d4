import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { concat } from "../../../shared/bytes.ts"
import { FRAME, type FrameKind, FrameReader, frameHeader, MAX_DATA_BYTES } from "../../../shared/wire/frames.ts"
import { expectCode } from "../../support/rejects.ts"

interface Sent {
  readonly kind: FrameKind
  readonly payload: Uint8Array
}

const frame = ({ kind, payload }: Sent) => concat(frameHeader(kind, payload.length), payload)

/** What a reader must give: messages whole, neighbouring data as one run of bytes. */
function runsOf(frames: readonly Sent[]): readonly unknown[] {
  const runs: { readonly kind: FrameKind; readonly bytes: number[] }[] = []
  for (const { kind, payload } of frames) {
    const last = runs.at(-1)
    if (kind === FRAME.data && last?.kind === FRAME.data) last.bytes.push(...payload)
    else runs.push({ bytes: [...payload], kind })
  }
  return runs
}

describe("FrameReader", () => {
  it("gives whole messages and all data in order however the bytes are cut", () => {
    const sent = fc.record({
      kind: fc.constantFrom(FRAME.data, FRAME.message),
      payload: fc.uint8Array({ maxLength: 300, minLength: 1 }),
    })
    const cuts = fc.array(fc.integer({ max: 40, min: 1 }), { minLength: 1 })
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 8 }), cuts, (frames, lengths) => {
        const bytes = concat(...frames.map(frame))
        const reader = new FrameReader()
        const seen: Sent[] = []
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const length = lengths[turn % lengths.length] ?? 1
          seen.push(...reader.push(bytes.slice(at, at + length)))
          at += length
        }
        expect(runsOf(seen)).toEqual(runsOf(frames))
        expect(reader.unfinished).toBe(false)
      }),
    )
  })

  it("puts a large message together again", () => {
    const payload = new Uint8Array(300_000).map((_, index) => index % 251)
    const bytes = frame({ kind: FRAME.message, payload })
    const reader = new FrameReader()
    const seen: Sent[] = []
    for (let at = 0; at < bytes.length; at += 1000) seen.push(...reader.push(bytes.slice(at, at + 1000)))
    expect(seen).toEqual([{ kind: FRAME.message, payload }])
  })

  it("judges the length before it waits for, or allocates, anything", async () => {
    for (const header of [
      Uint8Array.of(0xff, 0xff, 0xff, 0xff, FRAME.data),
      Uint8Array.of(0, 0, 0, 0, FRAME.data),
      frameHeader(FRAME.data, 0),
      frameHeader(FRAME.message, 0),
      frameHeader(FRAME.data, MAX_DATA_BYTES + 1),
    ]) {
      await expectCode("wire-malformed", () => new FrameReader().push(header))
    }
  })

  it("refuses an unknown kind and tells a cut stream", async () => {
    await expectCode("wire-malformed", () => new FrameReader().push(Uint8Array.of(0, 0, 0, 1, 9)))
    for (const kind of [FRAME.data, FRAME.message] as const) {
      const reader = new FrameReader()
      reader.push(frame({ kind, payload: new Uint8Array(10) }).slice(0, 12))
      expect(reader.unfinished).toBe(true)
    }
  })
})
