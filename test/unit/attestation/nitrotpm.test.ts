import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { decodeUnverified } from "../../../shared/attestation/document.ts"
import { type Bytes, toHex } from "../../../shared/bytes.ts"
import type { CborValue } from "../../../shared/cbor/value.ts"
import { awsAnchor } from "../../../verifier/attestation/anchor.ts"
import {
  type EnclavePolicy,
  listPolicy,
  type MeasurementPolicy,
  nitroTpmPolicy,
} from "../../../verifier/attestation/policy.ts"
import { verifyArchived, verifyDocument } from "../../../verifier/attestation/verify.ts"
import { expectCode } from "../../support/rejects.ts"
import { hasShared, sharedPath } from "../../support/shared-folder.ts"
import { AT, anchorOfChain, chainWith, documentOf, PCR_HEX } from "./chain-builder.ts"

const chain = chainWith(0)
const unchecked = { unchecked: "not part of this test" }
const register = (byte: number): Bytes => new Uint8Array(48).fill(byte)
const registers = (count: number) => new Map([...Array(count).keys()].map((index) => [index, register(index)]))
const tpmId = "i-0123456789abcdef0-tpm0000000000000000"
const instance = { module_id: tpmId, nitrotpm_pcrs: registers(24), pcrs: undefined }
const pinned = (...indices: readonly number[]) =>
  new Map(indices.map((index) => [index, [toHex(register(index))]] as const))
const policy = nitroTpmPolicy(pinned(4, 7, 11))

const judge = (over: Readonly<Record<string, CborValue | undefined>>, measurements: MeasurementPolicy, more = {}) =>
  verifyDocument({
    anchors: [anchorOfChain(chain)],
    at: AT,
    contract: unchecked,
    document: documentOf(chain, over),
    maxAgeSeconds: unchecked,
    measurements,
    nonce: unchecked,
    ...more,
  })

describe("NitroTPM documents", () => {
  it("are unsupported by a policy for enclaves, whichever sign they have", async () => {
    const enclave = listPolicy(PCR_HEX)
    await expectCode("nitrotpm-unsupported", () => judge(instance, enclave))
    await expectCode("nitrotpm-unsupported", () => judge({ module_id: tpmId }, enclave))
    await expectCode("nitrotpm-unsupported", () => judge({ module_id: "i-0-TPM0" }, enclave))
    await expectCode("nitrotpm-unsupported", () => judge({ nitrotpm_pcrs: registers(24) }, enclave))
    await expectCode("nitrotpm-unsupported", () => judge({ nitrotpm_pcrs: null, module_id: "" }, enclave))
  })

  it("are judged by a policy that asks for them, and the report says which registers", async () => {
    const { checked, document } = await judge(instance, policy)
    expect(document.format).toBe("aws-nitrotpm")
    expect(checked).toContain("PCR4, PCR7, PCR11")
    expect(checked).not.toContain("not in debug mode")
  })

  it("must hold what the policy says", async () => {
    const other = new Map([...registers(24), [7, register(99)] as const])
    await expectCode("measurement-mismatch", () => judge({ ...instance, nitrotpm_pcrs: other }, policy))
  })

  it("have exactly 24 registers, and nothing of an enclave's", async () => {
    for (const count of [23, 25]) {
      await expectCode("document-field-invalid", () => judge({ ...instance, nitrotpm_pcrs: registers(count) }, policy))
    }
    const last = new Map([...registers(23), [24, register(1)] as const])
    await expectCode("document-field-invalid", () => judge({ ...instance, nitrotpm_pcrs: last }, policy))
    await expectCode("document-field-invalid", () => judge({ ...instance, pcrs: registers(16) }, policy))
    await expectCode("document-field-missing", () => judge({ ...instance, nitrotpm_pcrs: undefined }, policy))
  })

  it("are not what an enclave gives", () => expectCode("nitrotpm-expected", () => judge({}, policy)))

  it("are never judged as a session, as a receipt, or for a contract", async () => {
    const contract = new Uint8Array(32)
    await expectCode("policy-invalid", () => judge(instance, policy, { contract }))
    const key = { crv: "P-384", kty: "EC", x: "A".repeat(64), y: "A".repeat(64) } as const
    const session = {
      contract,
      encryptionKey: key,
      signingKey: key,
      subject: contract,
      type: "parley/receipt/v1",
    } as const
    const measurements = policy as unknown as EnclavePolicy
    const request = { anchors: [anchorOfChain(chain)], document: documentOf(chain, instance), measurements, session }
    await expectCode("policy-invalid", () => verifyArchived(request))
    await expectCode("nitrotpm-unsupported", () => verifyArchived({ ...request, measurements: listPolicy(PCR_HEX) }))
  })

  it("need PCR4 and PCR7 in a policy, within range, and no zeros", async () => {
    const [zeros, value] = ["0".repeat(96), "1".repeat(96)]
    await expectCode("policy-invalid", () => nitroTpmPolicy(pinned(4)))
    await expectCode("policy-invalid", () => nitroTpmPolicy(pinned(7, 0, 1, 2)))
    await expectCode("policy-invalid", () => nitroTpmPolicy(pinned(4, 7, 24)))
    await expectCode("policy-invalid", () =>
      nitroTpmPolicy(
        new Map([
          [4, [zeros]],
          [7, [value]],
        ]),
      ),
    )
    await expectCode("policy-invalid", () =>
      nitroTpmPolicy(
        new Map([
          [4, [value]],
          [7, []],
        ]),
      ),
    )
  })

  it.runIf(hasShared("evidence/nitro"))("judges the genuine one", async () => {
    const file = readdirSync(sharedPath("evidence/nitro")).find((name) => name.includes("nitrotpm")) ?? ""
    const document = readFileSync(sharedPath(`evidence/nitro/${file}`))
    const { pcrs, timestamp } = decodeUnverified(document)
    const own = (index: number) => [index, [toHex(pcrs.get(index) ?? new Uint8Array())]] as const
    const evidence = await verifyDocument({
      anchors: [awsAnchor()],
      at: new Date(timestamp),
      contract: unchecked,
      document,
      maxAgeSeconds: unchecked,
      measurements: nitroTpmPolicy(new Map([own(4), own(7)])),
      nonce: unchecked,
    })
    expect([evidence.simulated, evidence.document.pcrs.size]).toEqual([false, 24])
  })
})
