import { describe, expect, it } from "vitest"
import { equalBytes, fromBase64url, fromHex, toBase64url, toHex } from "../../../shared/bytes.ts"
import { expectCode } from "../../support/rejects.ts"

describe("hex", () => {
  it("is lowercase, two digits a byte", () => {
    expect(toHex(fromHex("00ff10"))).toBe("00ff10")
    expect([...fromHex("")]).toEqual([])
    expect([...fromHex("0aff")]).toEqual([10, 255])
  })
  for (const text of ["0", "0A", "0g", " 00", "00\n", "0x00"]) {
    it(`is not ${JSON.stringify(text)}`, () => expectCode("json-schema", () => fromHex(text)))
  }
})

describe("base64url", () => {
  it("has no padding and its own alphabet", () => {
    for (const hex of ["", "fb", "fbff", "fbfffe", "fbfffefe", "00".repeat(33)]) {
      const text = toBase64url(fromHex(hex))
      expect(text).toMatch(/^[A-Za-z0-9_-]*$/)
      expect(toHex(fromBase64url(text))).toBe(hex)
    }
    expect(toBase64url(fromHex("fbfffe"))).toBe("-__-")
    expect(toBase64url(fromHex("fb"))).toBe("-w")
  })
  // Two spellings of one value would be two signed objects for one meaning.
  for (const text of ["A", "AAAAA", "-x", "AA=", "AA==", "+/8A", "A A", "AA\n", "\u00e9AAA", "AB"]) {
    it(`is not ${JSON.stringify(text)}`, () => expectCode("json-schema", () => fromBase64url(text)))
  }
})

describe("equalBytes", () => {
  it("compares bytes, and nothing else", () => {
    expect(equalBytes(fromHex("0102"), fromHex("0102"))).toBe(true)
    for (const other of ["0103", "0202", "01", "010200", ""]) {
      expect(equalBytes(fromHex("0102"), fromHex(other))).toBe(false)
    }
  })
})
