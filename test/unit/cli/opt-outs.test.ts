import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { addOptOuts, optOutsOf } from "../../../verifier/cli/optout/list.ts"
import { expectCode } from "../../support/rejects.ts"

const token = (i: number) => `00000000-0000-0000-0000-${String(i).padStart(12, "0")}`
const tokens = (count: number, from = 0) => Array.from({ length: count }, (_, i) => token(from + i))

it("refuses the 40,001st opt-out before it writes: the list stays readable", async () => {
  const home = { folder: await mkdtemp(join(tmpdir(), "parley-opt-outs-")) }
  const lineage = "A".repeat(22)
  await expectCode("limit-reached", () => addOptOuts(home, lineage, tokens(40_001)))
  expect(await optOutsOf(home, lineage)).toEqual([])
  expect(await addOptOuts(home, lineage, tokens(40_000))).toBe(40_000)
  await expectCode("limit-reached", () => addOptOuts(home, lineage, tokens(1, 40_000)))
  expect(await addOptOuts(home, lineage, tokens(5))).toBe(0)
  expect(await optOutsOf(home, lineage)).toHaveLength(40_000)
})
