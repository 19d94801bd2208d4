import { expect } from "vitest"
import { decodeCbor } from "../../shared/cbor/decode.ts"
import type { CborValue } from "../../shared/cbor/value.ts"
import type { ErrorCode } from "../../shared/errors/index.ts"
import { expectCode } from "../support/rejects.ts"
import type { Judge } from "./tally.ts"

interface Example {
  readonly hex: string
  readonly decoded?: unknown
  readonly diagnostic?: string
}

/** What appendix A writes in diagnostic notation alone and this profile accepts. */
const BY_DIAGNOSTIC: Readonly<Record<string, unknown>> = {
  "h''": { hex: "" },
  "h'01020304'": { hex: "01020304" },
  "{1: 2, 3: 4}": { "1": 2, "3": 4 },
}

/** RFC 8949 appendix A: what the profile has must decode to the value, the rest is refused with its code. */
export const appendixA: Judge = async (file, tally) => {
  for (const example of JSON.parse(file.toString()) as readonly Example[]) {
    const bytes = Buffer.from(example.hex, "hex")
    const code = outsideProfile(bytes)
    if (code === null) expect(plain(decodeCbor(bytes)), example.hex).toEqual(expectedOf(example))
    else await expectCode(code, () => decodeCbor(bytes))
    tally.run()
  }
}

/** Judged by the first two bytes alone. RFC 7049 had simple(24) in two bytes; RFC 8949 calls it not well-formed. */
function outsideProfile([first = 0, second = 0]: Uint8Array): "cbor-malformed" | "cbor-unsupported" | null {
  if (first === 0xf8 && second < 32) return "cbor-malformed"
  if (first === 0x5f || first === 0x7f) return "cbor-unsupported"
  if ((first === 0x1b || first === 0x3b) && second === 0xff) return "cbor-unsupported"
  if (first >> 5 === 6) return "cbor-unsupported"
  return first >> 5 === 7 && ![0xf4, 0xf5, 0xf6].includes(first) ? "cbor-unsupported" : null
}

function expectedOf({ decoded, diagnostic }: Example): unknown {
  return decoded === undefined ? BY_DIAGNOSTIC[diagnostic ?? ""] : decoded
}

function plain(value: CborValue): unknown {
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString("hex") }
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]))
  return Array.isArray(value) ? value.map(plain) : value
}

interface NotWellFormed {
  readonly tests: readonly { readonly hex: string }[]
}

/** Decided before the input is seen to end: a tag, which the profile does not have, and a key that occurs twice. */
const SEEN_FIRST: Readonly<Record<string, ErrorCode>> = {
  bf000000ff: "cbor-duplicate-key",
  bf01020102: "cbor-duplicate-key",
  c0: "cbor-unsupported",
}

/** RFC 8949 appendix F: none is well-formed, and none is accepted. */
export const appendixF: Judge = async (file, tally) => {
  for (const { hex } of (JSON.parse(file.toString()) as NotWellFormed).tests) {
    await expectCode(SEEN_FIRST[hex] ?? "cbor-malformed", () => decodeCbor(Buffer.from(hex, "hex")))
    tally.run()
  }
}
