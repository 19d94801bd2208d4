import { describe, expect, it } from "vitest"
import { toHex, utf8 } from "../../../shared/bytes.ts"
import { readPolicy } from "../../../verifier/cli/attestation/policy-file.ts"
import { expectCode } from "../../support/rejects.ts"

const value = (byte: number) => toHex(new Uint8Array(48).fill(byte))
const GOOD = {
  debug: "reject",
  format: "aws-nitro",
  maxAgeSeconds: 300,
  nonce: "00ff",
  pcrs: { 0: [value(1)], 1: [value(2)], 2: [value(3), value(4)], 8: [value(5)] },
}
const read = (policy: unknown) => readPolicy(utf8(typeof policy === "string" ? policy : JSON.stringify(policy)))
const { debug: _debug, ...WITHOUT_DEBUG } = GOOD
const { 1: _one, ...WITHOUT_PCR1 } = GOOD.pcrs

/** Faults of a policy file: what the message names, and what it says to write. */
const FAULTS: readonly (readonly [string, unknown, RegExp, RegExp])[] = [
  ["no JSON", "pcrs: 0", /no JSON object/, /--help/],
  ["a list", [], /no JSON object/, /--help/],
  ["a control character", "\u0000", /no JSON object/, /--help/],
  ["an unknown key", { ...GOOD, maxAge: 3 }, /"maxAge" is no key/, /debug, format, maxAgeSeconds, nonce, pcrs/],
  ["a missing key", WITHOUT_DEBUG, /"debug" is missing/, /"debug": "reject"/],
  ["a key twice", JSON.stringify(GOOD).replace("{", '{"nonce":"00",'), /a key twice/, /--help/],
  [
    "a register twice",
    JSON.stringify(GOOD).replace('"pcrs":{', `"pcrs":{"0":["${value(9)}"],`),
    /a key twice/,
    /--help/,
  ],
  ["another format", { ...GOOD, format: "sev-snp" }, /"format"/, /"aws-nitro"/],
  ["debug allowed", { ...GOOD, debug: "allow" }, /"debug"/, /"debug": "reject"/],
  ["an age of zero", { ...GOOD, maxAgeSeconds: 0 }, /"maxAgeSeconds" is not a whole number/, /such as 300/],
  ["an age in text", { ...GOOD, maxAgeSeconds: "300" }, /"maxAgeSeconds"/, /such as 300/],
  ["a fraction", { ...GOOD, maxAgeSeconds: 1.5 }, /"maxAgeSeconds"/, /such as 300/],
  [
    "an unchecked age without a reason",
    { ...GOOD, maxAgeSeconds: { unchecked: " " } },
    /"maxAgeSeconds"/,
    /"unchecked"/,
  ],
  ["a nonce in capitals", { ...GOOD, nonce: "00FF" }, /"nonce"/, /lowercase hex/],
  ["an empty nonce", { ...GOOD, nonce: "" }, /"nonce"/, /lowercase hex/],
  ["a nonce of null", { ...GOOD, nonce: null }, /"nonce"/, /lowercase hex/],
  ["more beside unchecked", { ...GOOD, nonce: { unchecked: "old", value: 1 } }, /"nonce"/, /"unchecked"/],
  ["registers as a list", { ...GOOD, pcrs: [] }, /"pcrs" is not an object/, /"0": \["96 hex digits"\]/],
  ["a register 32", { ...GOOD, pcrs: { ...GOOD.pcrs, 32: [value(1)] } }, /"32", which is no register/, /"0" to "31"/],
  ["a register 01", { ...GOOD, pcrs: { ...GOOD.pcrs, "01": [value(1)] } }, /"01", which is no register/, /"0" to "31"/],
  ["no PCR1", { ...GOOD, pcrs: WITHOUT_PCR1 }, /pcrs "1" is missing/, /PCR0, PCR1, PCR2/],
  ["an empty list", { ...GOOD, pcrs: { ...GOOD.pcrs, 1: [] } }, /pcrs "1" is an empty list/, /96 hex digits/],
  [
    "a value without a list",
    { ...GOOD, pcrs: { ...GOOD.pcrs, 1: value(1) } },
    /pcrs "1" is not a list/,
    /96 hex digits/,
  ],
  ["a short value", { ...GOOD, pcrs: { ...GOOD.pcrs, 2: [value(1), "ab"] } }, /pcrs "2", entry 2,/, /image measure/],
  ["zeros", { ...GOOD, pcrs: { ...GOOD.pcrs, 0: [value(0)] } }, /pcrs "0" is all zeros/, /Take the zeros out/],
  [
    "a NitroTPM policy without PCR7",
    { ...GOOD, format: "aws-nitrotpm", pcrs: { 4: [value(1)] } },
    /pcrs "7"/,
    /PCR4, PCR7/,
  ],
  [
    "a NitroTPM policy of register 24",
    { ...GOOD, format: "aws-nitrotpm", pcrs: { 4: [value(1)], 7: [value(1)], 24: [value(1)] } },
    /"24", which is no register/,
    /"0" to "23"/,
  ],
]

describe("a policy file", () => {
  it("is read", () => {
    const { maxAgeSeconds, measurements, nonce } = read(GOOD)
    expect(maxAgeSeconds).toBe(300)
    expect(nonce).toEqual(Uint8Array.of(0, 255))
    expect(measurements).toMatchObject({
      kind: "lists",
      registers: new Map([
        [0, [value(1)]],
        [1, [value(2)]],
        [2, [value(3), value(4)]],
        [8, [value(5)]],
      ]),
    })
    const open = read({ ...GOOD, maxAgeSeconds: { unchecked: "old: kept" }, nonce: { unchecked: "nobody's" } })
    expect(open).toMatchObject({ maxAgeSeconds: { unchecked: "old: kept" }, nonce: { unchecked: "nobody's" } })
    const tpm = read({ ...GOOD, format: "aws-nitrotpm", pcrs: { 4: [value(1)], 7: [value(1)] } })
    expect(tpm.measurements.kind).toBe("nitrotpm")
  })

  for (const [fault, policy, names, todo] of FAULTS) {
    it(`with ${fault} is refused, and the message names the key and what to write`, async () => {
      const error = await expectCode("policy-invalid", () => read(policy))
      expect(error.message).toMatch(names)
      expect(error.todo).toMatch(todo)
    })
  }

  it("cannot write to a terminal by its keys", async () => {
    const error = await expectCode("policy-invalid", () => read({ ...GOOD, "\u001b[2J": 1 }))
    expect(error.message).not.toMatch(/\p{Cc}/u)
  })
})
