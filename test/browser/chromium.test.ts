import { readFileSync } from "node:fs"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { hasShared, sharedPath } from "../support/shared-folder.ts"
import { FIXTURES, readVectors, type Vector } from "../vectors/cases.ts"
import { type BrowserRun, hasChromium, startChromium } from "./chromium.ts"
import { GENUINE, GENUINE_ROOT, genuineVectors } from "./genuine.ts"
import type { Errand, PageOutcome } from "./page.ts"

/** Chromium lets a page of this address use WebCrypto, and one of that address not. */
const SECURE = "http://localhost"
const INSECURE = "http://parley.invalid"

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64")
const vectors = readVectors()
const genuine = hasShared(GENUINE) ? genuineVectors() : []

/** Every file that the cases name. */
function filesOf(list: readonly Vector[], folder: string): Readonly<Record<string, string>> {
  const names = list.map((vector) => (vector.path === "document" ? vector.trustAnchor : vector.contract))
  return Object.fromEntries([...new Set(names)].map((name) => [name, base64(readFileSync(`${folder}${name}`))]))
}

function errand(list: readonly Vector[], folder: string, backEnd: Errand["backEnd"]): Errand {
  const sent = list.map(({ bytes, ...vector }) => ({ base64: base64(bytes), vector }))
  return { backEnd, files: filesOf(list, folder), vectors: sent }
}

/** Cases of which the page says something else than is expected. */
function disagreements(list: readonly Vector[], outcomes: readonly PageOutcome[]): readonly object[] {
  return list.flatMap(({ expected, id }, index) => {
    const found = outcomes[index]
    return JSON.stringify(found, ["code", "stage", "verdict", "thrown"]) ===
      JSON.stringify(expected, ["code", "stage", "verdict", "thrown"])
      ? []
      : [{ expected, found, id }]
  })
}

async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send("Performance.enable")
  const { metrics } = await session.send("Performance.getMetrics")
  return metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? Number.NaN
}

describe.runIf(hasChromium())("the library's bundle in headless Chromium", () => {
  let run: BrowserRun
  beforeAll(async () => {
    run = await startChromium()
  })
  afterAll(() => run.close())

  async function judge(list: readonly Vector[], folder: string, backEnd: Errand["backEnd"], origin = SECURE) {
    const page = await run.open(origin)
    const start = performance.now()
    const outcomes = await page.evaluate((given) => globalThis.parleyJudge(given), errand(list, folder, backEnd))
    const seconds = ((performance.now() - start) / 1000).toFixed(1)
    const heap = ((await heapBytes(page)) / 2 ** 20).toFixed(0)
    await page.close()
    console.log(
      `Chromium ${run.version}: ${outcomes.length} documents with ${backEnd} in ${seconds} s, heap ${heap} MiB`,
    )
    return outcomes
  }

  for (const backEnd of ["webCrypto", "pureCrypto"] as const) {
    it(`judges every fixture as expected, with ${backEnd}`, async () => {
      const outcomes = await judge(vectors, FIXTURES, backEnd)
      expect(outcomes.length).toBe(vectors.length)
      expect(vectors.length).toBeGreaterThanOrEqual(200)
      expect(disagreements(vectors, outcomes)).toEqual([])
    })

    it.runIf(genuine.length > 0)(`judges the documents that people got, with ${backEnd}`, async () => {
      const outcomes = await judge(genuine, sharedPath(`${GENUINE}/`), backEnd)
      expect(outcomes.length).toBe(18)
      expect(disagreements(genuine, outcomes)).toEqual([])
      expect(filesOf(genuine, sharedPath(`${GENUINE}/`))[GENUINE_ROOT]).toBeDefined()
    })
  }

  it("needs no WebCrypto for the pure back end, and says so where the other one has none", async () => {
    const some = vectors
      .filter(({ expected, path }) => path === "document" && expected.verdict === "accepted")
      .slice(0, 3)
    const page = await run.open(INSECURE)
    expect(await page.evaluate(() => typeof crypto.subtle)).toBe("undefined")
    await page.close()
    expect(disagreements(some, await judge(some, FIXTURES, "pureCrypto", INSECURE))).toEqual([])
    const without = await judge(some, FIXTURES, "webCrypto", INSECURE)
    expect(without.map((outcome) => ("code" in outcome ? outcome.code : outcome.thrown))).toEqual(
      some.map(() => "internal"),
    )
  })

  it("would see a wrong verdict: other bytes and other expectations disagree", async () => {
    const [accepted] = vectors.filter(({ expected, path }) => path === "document" && expected.verdict === "accepted")
    if (accepted === undefined) throw new Error("no case is accepted")
    const bytes = accepted.bytes.with(-1, (accepted.bytes.at(-1) ?? 0) ^ 1)
    const altered = { ...accepted, bytes }
    expect(disagreements([altered], await judge([altered], FIXTURES, "webCrypto"))).toMatchObject([
      { expected: { code: null }, found: { code: "cose-signature-invalid", stage: "signature", verdict: "rejected" } },
    ])
  })
})
