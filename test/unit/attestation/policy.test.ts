import { describe, expect, it } from "vitest"
import { toHex } from "../../../shared/bytes.ts"
import { type EnclavePolicy, imagePolicy, listPolicy, requirePolicy } from "../../../verifier/attestation/policy.ts"
import { type DocumentRequest, verifyDocument } from "../../../verifier/attestation/verify.ts"
import { expectCode } from "../../support/rejects.ts"
import { AT, anchorOfChain, chainWith, documentOf, PCR_HEX, PCRS } from "./chain-builder.ts"

const chain = chainWith(0)
const unchecked = { unchecked: "not part of this test" }
const nonce = new Uint8Array(32).fill(9)
const judge = (over: Partial<DocumentRequest> = {}, fields: Parameters<typeof documentOf>[1] = {}) =>
  verifyDocument({
    anchors: [anchorOfChain(chain)],
    at: AT,
    contract: unchecked,
    document: documentOf(chain, fields),
    maxAgeSeconds: unchecked,
    measurements: listPolicy(PCR_HEX),
    nonce: unchecked,
    ...over,
  })
const value = (byte: string) => byte.repeat(48)
const zeros = new Uint8Array(48)

describe("a policy", () => {
  it("that is put together by hand is judged as one that is made", async () => {
    const forged = [
      { kind: "lists", registers: new Map() },
      { kind: "lists", registers: new Map([[8, [value("11")]]]) },
      { images: [], kind: "images" },
      { images: [{ pcr0: value("00"), pcr1: value("01"), pcr2: value("02") }], kind: "images" },
      { kind: "none" },
    ]
    for (const policy of forged) {
      const measurements = policy as unknown as EnclavePolicy
      await expectCode("policy-invalid", () => requirePolicy(measurements))
      await expectCode("policy-invalid", () => judge({ measurements }))
    }
  })

  it("cannot be widened after it was made", async () => {
    const values = [value("aa")]
    const registers = new Map<number, readonly string[]>([
      [0, values],
      [1, [value("02")]],
      [2, [value("03")]],
    ])
    const measurements = listPolicy(registers)
    values.push(value("01"))
    registers.delete(0)
    await expectCode("measurement-mismatch", () => judge({ measurements }))
  })

  it("refuses zeros, empty lists, registers that do not exist, and other spellings", async () => {
    const lists = (index: number, ...values: readonly string[]) =>
      listPolicy(new Map([...PCR_HEX, [index, [...values]]]))
    for (const wrong of [value("00"), value("AA"), value("a"), "", `${value("01")}00`, ` ${value("01")}`]) {
      await expectCode("policy-invalid", () => lists(3, wrong))
      await expectCode("policy-invalid", () => lists(0, value("01"), wrong))
    }
    for (const index of [32, -1, 0.5, Number.NaN]) await expectCode("policy-invalid", () => lists(index, value("01")))
    await expectCode("policy-invalid", () => lists(2))
    for (const index of [0, 1, 2]) {
      await expectCode("policy-invalid", () => listPolicy(new Map([...PCR_HEX].filter(([at]) => at !== index))))
    }
  })

  it("pins further registers, whose absence is a mismatch, and the report names them", async () => {
    const measurements = listPolicy(new Map([...PCR_HEX, [8, [value("08")]]]))
    await expectCode("measurement-mismatch", () => judge({ measurements }))
    const pcrs = new Map([...PCRS, [8, new Uint8Array(48).fill(8)] as const])
    expect((await judge({ measurements }, { pcrs })).checked).toContain("PCR0, PCR1, PCR2, PCR8")
  })

  it("accepts any of several values", async () => {
    const measurements = listPolicy(new Map([...PCR_HEX, [0, [value("77"), value("01")]]]))
    expect((await judge({ measurements })).simulated).toBe(true)
    const [pcr0 = "", pcr1 = "", pcr2 = ""] = [0, 1, 2].map((index) => toHex(PCRS.get(index) ?? zeros))
    const images = imagePolicy([
      { pcr0: value("77"), pcr1, pcr2 },
      { pcr0, pcr1, pcr2 },
    ])
    expect((await judge({ measurements: images })).simulated).toBe(true)
  })
})

describe("debug mode", () => {
  it("is any of PCR0, 1 and 2 being zero, and nothing else", async () => {
    for (const index of [0, 1, 2]) {
      await expectCode("debug-mode", () => judge({}, { pcrs: new Map([...PCRS, [index, zeros] as const]) }))
    }
    const fine = new Map([...PCRS, [3, zeros] as const, [4, zeros] as const])
    expect((await judge({}, { pcrs: fine })).checked).toContain("not in debug mode")
  })

  it("is told before anything that a policy says", async () => {
    const pcrs = new Map([...PCRS, [0, zeros] as const])
    await expectCode("debug-mode", () => judge({ maxAgeSeconds: 1, nonce }, { pcrs, timestamp: 1 }))
  })
})

describe("nonce, age and time", () => {
  it("are compared, and empty or impossible ones are no policy", async () => {
    expect((await judge({ nonce }, { nonce })).checked).toContain("nonce")
    await expectCode("nonce-mismatch", () => judge({ nonce }))
    await expectCode("nonce-mismatch", () => judge({ nonce }, { nonce: nonce.slice(1) }))
    await expectCode("policy-invalid", () => judge({ nonce: new Uint8Array() }, { nonce: new Uint8Array() }))
    for (const maxAgeSeconds of [Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
      await expectCode("policy-invalid", () => judge({ maxAgeSeconds }))
    }
    await expectCode("policy-invalid", () => judge({ at: new Date(Number.NaN) }))
  })

  it("bound the age on both sides, to the millisecond", async () => {
    const aged = (milliseconds: number) => judge({ maxAgeSeconds: 60 }, { timestamp: AT.getTime() - milliseconds })
    expect((await aged(60_000)).checked).toContain("freshness")
    await expectCode("document-stale", () => aged(60_001))
    expect((await aged(-300_000)).checked).toContain("freshness")
    await expectCode("document-from-future", () => aged(-300_001))
  })

  it("that are not checked are listed with the reason", async () => {
    const { unchecked: list } = await judge({ nonce: { unchecked: "why not" } })
    expect(list.find(({ what }) => what === "nonce")).toEqual({ reason: "why not", what: "nonce" })
    expect(list.map(({ what }) => what)).toContain("certificate revocation")
  })
})

describe("a caller that changes the bytes while the verifier waits", () => {
  it("changes nothing", async () => {
    const document = documentOf(chain)
    const judged = judge({ document })
    document.fill(0)
    const { digest } = await judged
    expect(digest).toBe((await judge()).digest)
  })
})
