import { PassThrough } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, it } from "vitest"
import { relayTimings } from "../../../host/enclave/boot.ts"

const TIMING = `{"milliseconds":12,"phase":"decrypt"}`
const SAID = [TIMING, `{"event":"run-released"}`, `${TIMING} {"row":"Ada"}`, "Error: at Ada's row"].join("\n")

/** What of an enclave's words reaches the operator. */
async function relayed(timings: boolean): Promise<string> {
  const [said, out] = [new PassThrough(), new PassThrough()]
  relayTimings(said, timings, out)
  said.end(`${SAID}\n`)
  await sleep(50)
  return String(out.read() ?? "")
}

it("keeps an enclave's words out of the host's log: forged events, data in stack traces", async () => {
  expect(await relayed(false)).toBe("")
})

it("lets timings through when they were asked for, and nothing else", async () => {
  expect(await relayed(true)).toBe(`${TIMING}\n`)
})
