import { describe, expect, it } from "vitest"
import { fromHex, toHex } from "../../../shared/bytes.ts"
import { decodeCbor } from "../../../shared/cbor/decode.ts"
import { encodeCbor } from "../../../shared/cbor/encode.ts"
import type { AttestationCode } from "../../../shared/errors/attestation.ts"
import { expectCode } from "../../support/rejects.ts"

const REFUSED: Readonly<Partial<Record<AttestationCode, readonly string[]>>> = {
  "cbor-duplicate-key": ["a201000100", "bf6161016161f6ff", "a2200020f6"],
  "cbor-malformed": [
    ...["", "18", "19ff", "1a000100", "1b000000010000", "61", "42ff", "81", "a1", "a101", "9f", "9f01", "bf", "bf01ff"],
    ...["1c", "1d", "1e", "1f", "3c", "3f", "5c", "7d", "9c", "bd", "dc", "df", "fc", "fd", "fe", "ff"],
    ...["f800", "f81f", "f8", "f9", "f900", "fb00", "61ff", "62c328", "63eda080", "64f4908080", "62c080"],
    ...["5f00ff", "5f6161ff", "7f4161ff", "5f5f4101ffff", "5f", "5f41", "82ff00", "a1ff00", "a101ff"],
    ...["5bffffffffffffffff", "9bffffffffffffffff", "bbffffffffffffffff", "9a0fffffff", "ba07ffffff01", "5a7fffffff00"],
  ],
  "cbor-non-minimal": [
    ...["1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff", "1b0000000000000000", "1b00000000ffffffff"],
    ...["3817", "3900ff", "580100", "59000100", "780161", "9800", "980101", "b800", "d81700"],
  ],
  "cbor-too-deep": [
    "81818181818181818100",
    `${"81".repeat(9)}00`,
    `${"9f".repeat(9)}00`,
    "81".repeat(60_000),
    `${"a101".repeat(9)}00`,
  ],
  "cbor-trailing-bytes": ["0000", "8000", "f6ff", "9fff00", "a000"],
  "cbor-unsupported": [
    ...["c000", "d81800", "d9d9f700", "f7", "f820", "e0", "f0", "f90000", "fa00000000", "fb0000000000000000"],
    ...[
      "5f4101ff",
      "5fff",
      "7f6161ff",
      "7fff",
      "1b0020000000000000",
      "1bffffffffffffffff",
      "3b0020000000000000",
      "3bffffffffffffffff",
    ],
    ...["a14000", "a18000", "a1f600", "a1f500", "a1a00000"],
  ],
}

const ACCEPTED: readonly (readonly [string, unknown])[] = [
  ["00", 0],
  ["17", 23],
  ["1818", 24],
  ["18ff", 255],
  ["190100", 256],
  ["19ffff", 65_535],
  ["1a00010000", 65_536],
  ["1affffffff", 2 ** 32 - 1],
  ["1b0000000100000000", 2 ** 32],
  ["1b001fffffffffffff", Number.MAX_SAFE_INTEGER],
  ["20", -1],
  ["3b001ffffffffffffe", Number.MIN_SAFE_INTEGER],
  ["40", new Uint8Array()],
  ["60", ""],
  ["6161", "a"],
  ["64f09f8e89", "🎉"],
  ["63efbbbf", "\ufeff"],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["80", []],
  ["9fff", []],
  ["9f0102ff", [1, 2]],
  ["a0", new Map()],
  ["bfff", new Map()],
  ["a20161a1613102", null],
]

describe("decodeCbor", () => {
  for (const [code, inputs] of Object.entries(REFUSED)) {
    it(`refuses ${inputs?.length} inputs with ${code}`, async () => {
      for (const input of inputs ?? []) {
        const error = await expectCode(code as AttestationCode, () => decodeCbor(fromHex(input))).catch((cause) => {
          throw new Error(`${input.slice(0, 40)}: ${cause instanceof Error ? cause.message : ""}`)
        })
        expect(error.exit).toBe(30)
      }
    })
  }

  it("accepts what the profile has", () => {
    for (const [input, value] of ACCEPTED.slice(0, -1)) expect(decodeCbor(fromHex(input)), input).toEqual(value)
    expect(decodeCbor(fromHex(`${"81".repeat(8)}00`))).toEqual([[[[[[[[0]]]]]]]])
  })

  it("keeps an integer and its digits apart as keys", () => {
    const value = decodeCbor(fromHex("a201616161316162"))
    expect(value).toEqual(
      new Map<number | string, string>([
        [1, "a"],
        ["1", "b"],
      ]),
    )
  })

  it("gives bytes that nobody else can change", () => {
    const input = fromHex("4101")
    const value = decodeCbor(input)
    input[1] = 9
    expect(value).toEqual(Uint8Array.of(1))
  })

  it("reads back what the encoder writes, to the byte", () => {
    for (const [input] of ACCEPTED) {
      if (/^(9f|bf|a20161a1)/.test(input)) continue
      expect(toHex(encodeCbor(decodeCbor(fromHex(input))))).toBe(input)
    }
  })
})
