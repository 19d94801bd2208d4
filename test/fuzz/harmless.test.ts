import { expect, it } from "vitest"
import { isHarmless } from "./attestation/harmless.ts"
import { liveBase } from "./attestation/sessions.ts"

/** Whether a difference counts as harmless; bytes that are no document any more do not. */
function harmless(bytes: Uint8Array<ArrayBuffer>): boolean {
  const { bytes: base, judged } = liveBase()
  try {
    return isHarmless(base, bytes, judged)
  } catch {
    return false
  }
}

const { bytes: document, judged } = liveBase()

function flipped(at: number): Uint8Array<ArrayBuffer> {
  return document.with(at, (document[at] ?? 0) ^ 1)
}

/** Where `needle` begins in the document. */
function find(needle: string): number {
  const at = Buffer.from(document).indexOf(Buffer.from(needle, needle.match(/^[0-9a-f]+$/) ? "hex" : "latin1"))
  expect(at).toBeGreaterThan(0)
  return at
}

it("takes the base itself for harmless", () => expect(harmless(document)).toBe(true))

it("does not take a difference for harmless in what a policy pins or a path rests on", () => {
  const fixed = {
    PCR0: find(`${"0a".repeat(48)}`),
    "PCR16's index": find("105830"),
    digest: find("SHA384"),
    "the root's name": find("SIMULATED Parley root"),
    "field name": find("public_key"),
    nonce: find("02".repeat(32)),
    "public key's curve": find("06052b81040022"),
    "signature algorithm": find("06082a8648ce3d040303"),
    user_data: find("parley/session"),
    version: find("a003020102") + 4,
  }
  for (const [name, at] of Object.entries(fixed)) expect(harmless(flipped(at)), name).toBe(false)
})

it("takes module_id, a register that is not pinned and the signature for harmless", () => {
  expect(judged).not.toContain("pcr3")
  for (const at of [find("i-0123456789"), find("0d".repeat(48)), document.length - 1]) {
    expect(harmless(flipped(at))).toBe(true)
  }
})
