import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { ReleaseTime } from "../../../enclave/run/release-time.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { expectCode } from "../../support/rejects.ts"

const PRIVATE = { release: { delaySeconds: 60, mode: "differential-privacy" } } as const

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** When something settled, in seconds of the fake clock from now on. */
async function settledAfter(work: Promise<unknown>): Promise<number> {
  const start = performance.now()
  let end = Number.NaN
  const note = () => {
    end = performance.now()
  }
  work.then(note, note)
  await vi.advanceTimersByTimeAsync(200_000)
  return (end - start) / 1000
}

const after = <T>(seconds: number, value: T) =>
  new Promise<T>((resolve) => setTimeout(() => resolve(value), seconds * 1000))
const failing = async (seconds: number) => {
  await after(seconds, null)
  throw new ParleyError("dataset-invalid", "a fault")
}

it("gives a private result, a failure and nothing at all at one and the same time", async () => {
  const works = [
    () => after(0, "now"),
    () => after(59.9, "late"),
    () => failing(1),
    () => failing(59),
    () => after(61, "too late"),
  ]
  for (const work of works) expect(await settledAfter(new ReleaseTime(PRIVATE).hold(work()))).toBe(60)
})

it("keeps what the work came to, and makes nothing of what is not done", async () => {
  const held = (work: Promise<unknown>) => {
    const result = new ReleaseTime(PRIVATE).hold(work)
    result.catch(() => undefined)
    return result
  }
  const [result, failure, late] = [held(after(5, "table")), held(failing(5)), held(after(61, "table"))]
  await vi.advanceTimersByTimeAsync(200_000)
  expect(await result).toBe("table")
  await expectCode("dataset-invalid", () => failure)
  await expectCode("engine-failed", () => late)
})

it("counts from the first key, not from when the work began", async () => {
  const time = new ReleaseTime(PRIVATE)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(await settledAfter(time.hold(after(1, "table")))).toBe(40)
})

it("holds nothing back under thresholds", async () => {
  expect(await settledAfter(new ReleaseTime({ release: { mode: "threshold" } }).hold(after(3, "table")))).toBe(3)
})
