import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { TIME } from "../../../attestation-fixtures/generator/bases.ts"
import { CONTRACT_DIGEST } from "../../../attestation-fixtures/generator/contract.ts"
import { document, NONCE, sessionFields } from "../../../attestation-fixtures/generator/document.ts"
import { concat, utf8 } from "../../../shared/bytes.ts"
import { KINDS } from "../../../shared/signed/kinds.ts"
import { anchorOf, clauseOf, imagesOf, readUnsignedContract, stageOf, verifyDocument } from "../../../verifier/index.ts"
import { expectCode } from "../../support/rejects.ts"
import { FIXTURES } from "../../vectors/cases.ts"
import { fixturesAnchor } from "../cli/attestation-ordinary.ts"

const bytes = new Uint8Array(readFileSync(`${FIXTURES}contracts/session.json`))

describe("a contract file, through the library alone", () => {
  it("gives root, images and digest to judge a document by", async () => {
    const { contract, digest } = readUnsignedContract(bytes)
    expect(digest).toEqual(CONTRACT_DIGEST)
    const judged = await verifyDocument({
      anchors: [anchorOf(contract, [fixturesAnchor().sha256])],
      at: new Date(TIME),
      contract: digest,
      document: document(sessionFields()),
      maxAgeSeconds: 300,
      measurements: imagesOf(contract),
      nonce: NONCE,
    })
    expect([judged.simulated, judged.checked.includes("PCR16 is the contract")]).toEqual([true, true])
  })

  it("has one spelling, so that it has one digest", async () => {
    await expectCode("json-not-canonical", () => readUnsignedContract(concat(bytes, utf8("\n"))))
    await expectCode("json-schema", () => readUnsignedContract(utf8("{}")))
    await expectCode("json-malformed", () => readUnsignedContract(bytes.subarray(1)))
    await expectCode("json-too-large", () => readUnsignedContract(new Uint8Array(KINDS.contract.maxBytes + 1)))
  })

  it("is refused under codes whose stage and clause a caller can ask for", () => {
    expect([stageOf("debug-mode"), clauseOf("debug-mode")]).toEqual(["debug", "ATT-5"])
    expect([stageOf("json-schema"), clauseOf("json-schema")]).toEqual([null, null])
  })
})
