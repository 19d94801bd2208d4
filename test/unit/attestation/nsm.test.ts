import { describe, expect, it } from "vitest"
import {
  decodeNsmRequest,
  decodeNsmResponse,
  encodeNsmRequest,
  encodeNsmResponse,
  MAX_NSM_BYTES,
  type NsmRequest,
  type NsmResponse,
} from "../../../shared/attestation/nsm.ts"
import { fromHex, toHex, utf8 } from "../../../shared/bytes.ts"
import { encodeCbor } from "../../../shared/cbor/encode.ts"
import type { CborKey, CborValue } from "../../../shared/cbor/value.ts"
import { expectCode } from "../../support/rejects.ts"

const data = fromHex("0102")
const of = (name: CborKey, fields: CborValue) => encodeCbor(new Map<CborKey, CborValue>([[name, fields]]))
const fields = (...entries: readonly (readonly [string, CborValue])[]) => new Map<CborKey, CborValue>(entries)

/** The bytes that the module's own interface library makes (serde_cbor of aws-nitro-enclaves-nsm-api, by hand). */
const REQUESTS: readonly (readonly [NsmRequest, string])[] = [
  [{ index: 16, kind: "DescribePCR" }, "a16b4465736372696265504352a165696e64657810"],
  [{ data, index: 16, kind: "ExtendPCR" }, "a169457874656e64504352a265696e646578106464617461420102"],
  [{ index: 17, kind: "LockPCR" }, "a1674c6f636b504352a165696e64657811"],
  [
    { kind: "Attestation", nonce: data, publicKey: null, userData: null },
    "a16b4174746573746174696f6ea369757365725f64617461f6656e6f6e63654201026a7075626c69635f6b6579f6",
  ],
]
const RESPONSES: readonly NsmResponse[] = [
  { data, kind: "DescribePCR", lock: true },
  { data, kind: "DescribePCR", lock: false },
  { data, kind: "ExtendPCR" },
  { kind: "LockPCR" },
  { document: data, kind: "Attestation" },
]

describe("requests to the security module", () => {
  for (const [request, hex] of REQUESTS) {
    it(`have the module's own bytes: ${request.kind}`, () => {
      expect(toHex(encodeNsmRequest(request))).toBe(hex)
      expect(decodeNsmRequest(fromHex(hex))).toEqual(request)
    })
  }

  it("may leave out what they do not ask for", () => {
    expect(decodeNsmRequest(of("Attestation", fields(["user_data", data])))).toEqual({
      kind: "Attestation",
      nonce: null,
      publicKey: null,
      userData: data,
    })
  })

  const HOSTILE: Readonly<Record<string, Uint8Array>> = {
    "a nonce that is text": of("Attestation", fields(["nonce", "x"])),
    "a register that is text": of("LockPCR", fields(["index", "16"])),
    "an unknown request": of("GetRandom", fields()),
    "data that is a number": of("ExtendPCR", fields(["data", 1], ["index", 16])),
    "fields that are a number": of("DescribePCR", 16),
    "no register": of("DescribePCR", fields()),
    "no request": encodeCbor(new Map()),
    "text alone": encodeCbor("DescribeNSM"),
    "two requests": encodeCbor(
      new Map<CborKey, CborValue>([
        ["LockPCR", fields(["index", 16])],
        ["DescribePCR", fields(["index", 16])],
      ]),
    ),
  }
  for (const [name, bytes] of Object.entries(HOSTILE)) {
    it(`are not ${name}`, () => expectCode("nsm-failed", () => decodeNsmRequest(bytes)))
  }

  it("end at 12 KiB", async () => {
    const sized = (bytes: number) => of("Attestation", fields(["nonce", new Uint8Array(bytes)]))
    const most = MAX_NSM_BYTES - (sized(1000).length - 1000)
    expect(sized(most).length).toBe(MAX_NSM_BYTES)
    expect(decodeNsmRequest(sized(most)).kind).toBe("Attestation")
    await expectCode("nsm-failed", () => decodeNsmRequest(sized(most + 1)))
  })
})

describe("answers of the security module", () => {
  for (const response of RESPONSES) {
    it(`are read as they were written: ${response.kind}`, () => {
      expect(decodeNsmResponse(encodeNsmResponse(response))).toEqual(response)
    })
  }

  it("that are errors fail with the module's own word", async () => {
    const { message } = await expectCode("nsm-failed", () =>
      decodeNsmResponse(encodeNsmResponse({ error: "ReadOnlyIndex", kind: "Error" })),
    )
    expect(message).toBe("it answers ReadOnlyIndex")
  })

  // Whoever stands in for the module must not get a register believed by an answer of another shape.
  const HOSTILE: Readonly<Record<string, Uint8Array>> = {
    "a document that is text": of("Attestation", fields(["document", "x"])),
    "a lock that is 1, which is no lock": of("DescribePCR", fields(["lock", 1])),
    "an error that is no text": of("Error", 1),
    "an unknown answer": of("DescribeNSM", fields()),
    "another text": encodeCbor("UnlockPCR"),
    "no data": of("ExtendPCR", fields()),
    "text in place of fields": of("ExtendPCR", "x"),
    "two answers": encodeCbor(
      new Map<CborKey, CborValue>([
        ["Error", "x"],
        ["ExtendPCR", fields(["data", data])],
      ]),
    ),
  }
  for (const [name, bytes] of Object.entries(HOSTILE)) {
    it(`are not ${name}`, () => expectCode("nsm-failed", () => decodeNsmResponse(bytes)))
  }

  it("say that a register is locked only with true itself", () => {
    expect(decodeNsmResponse(of("DescribePCR", fields(["data", data], ["lock", 1])))).toMatchObject({ lock: false })
    expect(decodeNsmResponse(of("DescribePCR", fields(["data", utf8("x")], ["lock", null])))).toMatchObject({
      lock: false,
    })
  })
})
