import { describe, expect, it } from "vitest"
import { toHex } from "../../../shared/bytes.ts"
import {
  cellStream,
  type NoiseCell,
  type NoisedRun,
  noiseSeed,
  selectionKey,
} from "../../../shared/privacy/noise-seed.ts"
import { expectCode } from "../../support/rejects.ts"

const share = (byte: number) => new Uint8Array(32).fill(byte)
const digest = (letter: string) => letter.repeat(64)

const run: NoisedRun = {
  contract: digest("a"),
  manifests: [{ dataset: "accounts", manifest: digest("b") }],
  optOuts: [
    { owner: "bank", tokens: [] },
    { owner: "bureau", tokens: ["00000000-0000-4000-8000-000000000001"] },
  ],
  parameters: { youngest: 18 },
  query: "overlap",
}
const seed = noiseSeed(run, [share(1), share(2)])
const cell: NoiseCell = { aggregate: 0, group: ["east", null], part: "value" }
const bytes = (of: NoiseCell, from = seed) => toHex(cellStream(from, of)(64))

describe("the seed of a run's noise", () => {
  it("is the same for the identical run, and another one when anything changes that the answer depends on", () => {
    const changed: readonly (readonly [Partial<NoisedRun>, (readonly Uint8Array[])?])[] = [
      [{ contract: digest("f") }],
      [{ query: "other" }],
      [{ parameters: { youngest: 19 } }],
      [{ manifests: [{ dataset: "accounts", manifest: digest("c") }] }],
      // An owner that keeps its share and takes one more person out would otherwise subtract two results.
      [
        {
          optOuts: [
            { owner: "bank", tokens: [] },
            { owner: "bureau", tokens: [] },
          ],
        },
      ],
      [
        {
          optOuts: [
            { owner: "bank", tokens: ["00000000-0000-4000-8000-000000000001"] },
            { owner: "bureau", tokens: [] },
          ],
        },
      ],
      [{}, [share(1), share(3)]],
      [{}, [share(2), share(1)]],
      [{}, [share(1)]],
    ]
    const seeds = changed.map(([over, shares]) => toHex(noiseSeed({ ...run, ...over }, shares ?? [share(1), share(2)])))
    expect(new Set([toHex(seed), ...seeds]).size).toBe(changed.length + 1)
    expect(noiseSeed(structuredClone(run), [share(1), share(2)])).toEqual(seed)
  })

  it("needs a whole share of every owner", async () => {
    await expectCode("grant-invalid", () => noiseSeed(run, []))
    await expectCode("grant-invalid", () => noiseSeed(run, [share(1), new Uint8Array(31)]))
  })
})

describe("a cell's stream", () => {
  it("is its own: by aggregate, part and group, however the groups' names run together", () => {
    const cells: readonly NoiseCell[] = [
      cell,
      { ...cell, aggregate: 1 },
      { ...cell, part: "rows" },
      { ...cell, group: ["east", "null"] },
      { ...cell, group: ["east"] },
      { ...cell, group: [] },
      { ...cell, group: ["ea", "st"] },
      { ...cell, group: ['east","x'] },
      { ...cell, group: ["east", "x"] },
    ]
    expect(new Set(cells.map((of) => bytes(of))).size).toBe(cells.length)
  })

  it("does not depend on what was drawn for other cells, and is not the key that the engine sees", () => {
    const before = bytes(cell)
    bytes({ ...cell, aggregate: 5 })
    expect(bytes(cell)).toBe(before)
    expect(bytes(cell, noiseSeed(run, [share(9), share(2)]))).not.toBe(before)
    expect(toHex(selectionKey(seed))).not.toBe(toHex(seed))
    expect(before.startsWith(toHex(selectionKey(seed)))).toBe(false)
  })
})
