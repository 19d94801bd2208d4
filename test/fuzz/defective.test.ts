import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { decodeUnverified } from "../../shared/attestation/document.ts"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"
import type { Verify } from "./attestation/base.ts"
import { liveBase } from "./attestation/sessions.ts"
import { attestation } from "./attestation/target.ts"
import { type Failure, fuzz } from "./loop.ts"
import { keep, kept } from "./replay.ts"
import { Totals } from "./totals.ts"

const SEED = 7
const MOST_INPUTS = 3000

/** Runs the loop over a verifier that is wrong in one way. */
async function found(defect: (real: Verify) => Verify): Promise<Failure | null> {
  const base = liveBase()
  const target = attestation([{ ...base, verify: defect(base.verify) }])
  return fuzz(target, SEED, new Totals(), (tried) => tried < MOST_INPUTS)
}

/** Does something else where the real verifier refuses with this code. */
const instead =
  (code: ErrorCode, other: (document: Uint8Array, real: Verify) => ReturnType<Verify>) =>
  (real: Verify): Verify => {
    return async (document, engine) => {
      try {
        return await real(document, engine)
      } catch (cause) {
        if (cause instanceof ParleyError && cause.code === code) return other(document, real)
        throw cause
      }
    }
  }

function busy(milliseconds: number): void {
  const start = process.cpuUsage()
  for (let spent = 0; spent < 1000 * milliseconds; ) {
    const { system, user } = process.cpuUsage(start)
    spent = system + user
  }
}

const hoard: Uint8Array[] = []

describe("the loop catches", () => {
  it("a verifier that ignores the document's signature", async () => {
    const failure = await found(
      instead("cose-signature-invalid", async (document) => ({ document: decodeUnverified(document) })),
    )
    expect(failure?.reason).toMatch(/^accepted, but its signature does not verify|^accepted, but a payload/)
  })

  it("a decoder that passes over trailing bytes", async () => {
    const failure = await found(
      instead("cbor-trailing-bytes", async (document, real) => {
        for (let end = document.length - 1; ; end--) {
          try {
            return await real(document.slice(0, end), {})
          } catch (cause) {
            if (end < 1 || !(cause instanceof ParleyError) || cause.code !== "cbor-trailing-bytes") throw cause
          }
        }
      }),
    )
    expect(failure?.reason).toMatch(/^accepted, but Error: bytes after the item/)
  })

  it("one that accepts another nonce", async () => {
    const failure = await found(
      instead("nonce-mismatch", async (document) => ({ document: decodeUnverified(document) })),
    )
    expect(failure?.reason).toBe("accepted, but nonce differs from the one that the policy pins")
  })

  it("one that reports other fields than the document has", async () => {
    const failure = await found((real) => async (document, engine) => {
      const { document: fields } = await real(document, engine)
      return { document: { ...fields, timestamp: fields.timestamp + 1 } }
    })
    expect(failure?.reason).toBe("accepted, but the verifier reports other fields than the document has")
  })

  it("an error that is not the verifier's own", async () => {
    const thrown = (cause: Error) => instead("cose-malformed", () => Promise.reject(cause))
    expect((await found(thrown(new TypeError("x of undefined"))))?.reason).toBe("threw TypeError: x of undefined")
    const foreign = await found(thrown(new ParleyError("json-schema", "another room's")))
    expect(foreign?.reason).toBe("threw a foreign code, json-schema")
  })

  it("a back end that disagrees", async () => {
    const failure = await found((real) => async (document, engine) => {
      if (engine.backEnd?.name === "noble") throw new ParleyError("path-signature-invalid", "refuses everything")
      return real(document, engine)
    })
    expect(failure?.reason).toMatch(/, but path-signature-invalid by noble$/)
  })

  it("what takes too long, every time", async () => {
    const slow = instead("cose-malformed", (document, real) => {
      busy(80)
      return real(document, {})
    })
    expect((await found(slow))?.reason).toMatch(/^takes \d+\.\d ms of processor time, at most 50$/)
  })

  it("what takes too much memory, every time", async () => {
    const fat = instead("cose-malformed", (document, real) => {
      hoard.push(new Uint8Array(80 * 1024 * 1024))
      return real(document, {})
    })
    expect((await found(fat))?.reason).toMatch(/^takes \d+ bytes of memory, at most 67108864$/)
    hoard.length = 0
  })

  it("and says which input it was: the same seed and number make it again, and so does the file that is kept", async () => {
    const ignores = instead("nonce-mismatch", async (document) => ({ document: decodeUnverified(document) }))
    const [first, second] = [await found(ignores), await found(ignores)]
    expect(first?.index).toBe(second?.index)
    expect(first?.input).toEqual(second?.input)
    if (first === null) throw new Error("nothing was found")
    const folder = await mkdtemp(join(tmpdir(), "parley-fuzz-"))
    try {
      const command = await keep(folder, first)
      expect(command).toBe(`npm run fuzz -- --replay ${join(folder, `attestation-${SEED}-${first.index}.json`)}`)
      expect(await kept(command.split(" ").at(-1) ?? "")).toEqual({ input: first.input, target: "attestation" })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
