import { describe, expect, it } from "vitest"
import { TIME } from "../../../attestation-fixtures/generator/bases.ts"
import { unsigned } from "../../../attestation-fixtures/generator/cbor.ts"
import { CONTRACT_DIGEST, IMAGES } from "../../../attestation-fixtures/generator/contract.ts"
import {
  change,
  document,
  NONCE,
  receiptFields,
  registers,
  sessionFields,
} from "../../../attestation-fixtures/generator/document.ts"
import {
  ENCRYPTION_JWK,
  OTHER_JWK,
  RECEIPT_DIGEST,
  SIGNING_JWK,
} from "../../../attestation-fixtures/generator/session.ts"
import { equalBytes } from "../../../shared/bytes.ts"
import { imagePolicy, listPolicy } from "../../../verifier/attestation/policy.ts"
import {
  type ArchivedRequest,
  type DocumentRequest,
  type LiveRequest,
  verifyArchived,
  verifyDocument,
  verifyLive,
} from "../../../verifier/attestation/verify.ts"
import { expectCode } from "../../support/rejects.ts"
import { fixturesAnchor } from "../cli/attestation-ordinary.ts"

const unchecked = { unchecked: "not part of this test" }
const measurements = imagePolicy(IMAGES)
const bound = { contract: CONTRACT_DIGEST, encryptionKey: ENCRYPTION_JWK, signingKey: SIGNING_JWK }
const common = () => ({ anchors: [fixturesAnchor()], measurements })

/** Requests that are accepted, each time made anew, so that a test can spoil one. */
const liveRequest = (): LiveRequest => ({
  ...common(),
  at: new Date(TIME),
  document: document(sessionFields()),
  maxAgeSeconds: 300,
  nonce: new Uint8Array(NONCE),
  session: { ...bound, contract: new Uint8Array(CONTRACT_DIGEST), subject: null, type: "parley/session/v1" },
})
const archivedRequest = (): ArchivedRequest => ({
  ...common(),
  document: document(receiptFields(RECEIPT_DIGEST)),
  session: { ...bound, subject: RECEIPT_DIGEST, type: "parley/receipt/v1" },
})
const documentRequest = (): DocumentRequest => ({
  ...common(),
  at: new Date(TIME),
  contract: CONTRACT_DIGEST,
  document: document(sessionFields()),
  maxAgeSeconds: 300,
  nonce: NONCE,
})

const live = (over: object = {}) => verifyLive({ ...liveRequest(), ...over })
const archived = (over: object = {}) => verifyArchived({ ...archivedRequest(), ...over })
const judged = (over: object = {}) => verifyDocument({ ...documentRequest(), ...over })
const session = (over: object) => ({ session: { ...liveRequest().session, ...over } })
const receipt = (over: object) => ({ session: { ...archivedRequest().session, ...over } })

describe("requests as they should be", () => {
  it("are accepted by all three", async () => {
    const all = await Promise.all([live(), archived(), judged()])
    expect(all.map(({ simulated }) => simulated)).toEqual([true, true, true])
  })
})

/** Bytes in other clothes: what a comparison element by element would coerce. */
const disguised = (bytes: Uint8Array) => [
  [...bytes].map(String),
  [...bytes],
  bytes.buffer,
  new Uint16Array(bytes),
  Object.create(Uint8Array.prototype) as unknown,
  { ...bytes, length: bytes.length },
  null,
  undefined,
]

describe("a caller without types", () => {
  it("gets no comparison of anything but bytes", () => {
    const bytes = Uint8Array.of(1, 2)
    const equal = equalBytes as (a: unknown, b: unknown) => boolean
    expect(equal(bytes, Buffer.from([1, 2]))).toBe(true)
    for (const other of [["1", "2"], [1, 2], new Uint16Array(bytes), { 0: 1, 1: 2, length: 2 }, null]) {
      expect([equal(bytes, other), equal(other, bytes)]).toEqual([false, false])
    }
  })

  it("cannot pass another type for a nonce, a digest or a document", async () => {
    const given = liveRequest()
    let refused = 0
    for (const nonce of disguised(NONCE)) {
      for (const judge of [live, judged]) await expectRefusal(() => judge({ nonce }))
      refused++
    }
    for (const contract of disguised(CONTRACT_DIGEST)) {
      await expectRefusal(() => live(session({ contract })))
      await expectRefusal(() => archived(receipt({ contract })))
      await expectRefusal(() => judged({ contract }))
      refused++
    }
    for (const subject of disguised(RECEIPT_DIGEST)) await expectRefusal(() => archived(receipt({ subject })))
    for (const document of disguised(given.document)) {
      for (const judge of [live, judged]) await expectRefusal(() => judge({ document }))
    }
    expect(refused).toBe(16)
  })

  it("cannot give digests and nonces of other lengths", async () => {
    for (const length of [0, 31, 33, 64]) {
      const bytes = new Uint8Array(length)
      await expectCode("policy-invalid", () => live({ nonce: bytes }))
      await expectCode("policy-invalid", () => live(session({ contract: bytes })))
      await expectCode("policy-invalid", () => archived(receipt({ contract: bytes })))
      await expectCode("policy-invalid", () => archived(receipt({ subject: bytes })))
      await expectCode("policy-invalid", () => judged({ contract: bytes }))
    }
  })

  it("cannot judge a session as a receipt", async () => {
    const asked = document(sessionFields())
    await expectCode("policy-invalid", () => archived({ ...receipt({ type: "parley/session/v1" }), document: asked }))
    await expectCode("policy-invalid", () => archived(receipt({ subject: null })))
    await expectCode("nonce-mismatch", () => archived({ document: asked }))
  })

  it("cannot give a key that is none, and other members of a key count for nothing", async () => {
    for (const over of [{ crv: "P-256" }, { kty: "OKP" }, { x: "" }, { y: `${ENCRYPTION_JWK.y}AA` }, { x: 3 }]) {
      await expectCode("policy-invalid", () => live(session({ encryptionKey: { ...ENCRYPTION_JWK, ...over } })))
      await expectCode("policy-invalid", () => archived(receipt({ signingKey: { ...SIGNING_JWK, ...over } })))
    }
    expect((await live(session({ encryptionKey: { ...ENCRYPTION_JWK, ext: true } }))).simulated).toBe(true)
    await expectCode("binding-session", () => live(session({ signingKey: OTHER_JWK })))
  })

  it("cannot give a time or an age that is none", async () => {
    const late = Object.assign(new Date(TIME), { getTime: () => Date.parse("2030-01-01T00:00:00Z") })
    expect((await live({ at: late })).simulated).toBe(true)
    const disguisedDate = Object.assign(new Date("2030-01-01T00:00:00Z"), { getTime: () => Date.parse(TIME) })
    await expectCode("certificate-expired", () => live({ at: disguisedDate }))
    for (const at of [new Date(Number.NaN), Date.parse(TIME), TIME, null, Object.create(Date.prototype)]) {
      await expectRefusal(() => live({ at }))
      await expectRefusal(() => judged({ at }))
    }
    for (const maxAgeSeconds of ["300", [300], null, 0, Number.POSITIVE_INFINITY]) {
      await expectCode("policy-invalid", () => live({ maxAgeSeconds }))
      await expectCode("policy-invalid", () => judged({ maxAgeSeconds }))
    }
  })

  it("cannot leave a check out without saying so itself, and why", async () => {
    const marked = Object.assign(new Uint8Array(32), unchecked)
    await expectCode("nonce-mismatch", () => judged({ nonce: marked }))
    await expectCode("binding-contract", () => judged({ contract: marked }))
    for (const nonce of [Object.create(unchecked), { unchecked: "" }, { unchecked: " " }, { unchecked: true }, {}]) {
      await expectCode("policy-invalid", () => judged({ nonce }))
      await expectCode("policy-invalid", () => judged({ contract: nonce }))
      await expectCode("policy-invalid", () => judged({ maxAgeSeconds: nonce }))
    }
    const zeros = "0".repeat(96)
    const other = {
      ...imagePolicy([{ pcr0: zeros.replace("0", "1"), pcr1: zeros.replace("0", "1"), pcr2: zeros.replace("0", "1") }]),
      ...unchecked,
    }
    await expectCode("measurement-mismatch", () => judged({ measurements: other }))
  })

  it("cannot pin less than PCR0, 1 and 2 by a Map of its own", async () => {
    class Claiming extends Map<number, readonly string[]> {
      override has() {
        return true
      }
    }
    await expectCode("policy-invalid", () => listPolicy(new Claiming([[8, ["01".repeat(48)]]])))
    class Hiding extends Array<string> {
      override some() {
        return false
      }
    }
    const zeros = Hiding.from(["0".repeat(96)])
    await expectCode("policy-invalid", () => listPolicy(new Map([0, 1, 2].map((index) => [index, zeros] as const))))
  })

  it("gets nothing accepted without a root, and SIMULATED whatever the root is called", async () => {
    for (const anchors of [[], null, undefined]) {
      for (const judge of [live, archived, judged]) await expectCode("policy-invalid", () => judge({ anchors }))
    }
    const called = { ...fixturesAnchor(), sha256: "0".repeat(64), simulated: false }
    for (const judge of [live, archived, judged]) {
      const { path, simulated } = await judge({ anchors: [called] })
      expect([simulated, path.anchor.sha256]).toEqual([true, fixturesAnchor().sha256])
    }
  })
})

/** A Uint8Array that only inherits to be one has no bytes at all: the engine refuses it with a TypeError. */
async function expectRefusal(judge: () => Promise<unknown>): Promise<void> {
  const refusal = await judge().then(
    () => "accepted",
    (cause: unknown) => (cause instanceof TypeError ? "policy-invalid" : (cause as { code: unknown }).code),
  )
  expect(refusal).toBe("policy-invalid")
}

describe("a caller that changes its objects while the verifier waits", () => {
  it("makes nothing acceptable that is not", async () => {
    const nonce = new Uint8Array(32)
    const otherNonce = live({ nonce })
    nonce.set(NONCE)
    await expectCode("nonce-mismatch", () => otherNonce)

    const at = new Date("2030-01-01T00:00:00Z")
    const expired = live({ at })
    at.setTime(Date.parse(TIME))
    await expectCode("certificate-expired", () => expired)

    const contract = new Uint8Array(32)
    const otherContract = [live(session({ contract })), judged({ contract }), archived(receipt({ contract }))]
    contract.set(CONTRACT_DIGEST)
    for (const each of await Promise.allSettled(otherContract)) {
      expect(each).toMatchObject({ reason: { code: "binding-contract" } })
    }

    const signingKey = { ...OTHER_JWK }
    const expected = { ...liveRequest().session, signingKey }
    const otherKey = live({ session: expected })
    Object.assign(signingKey, SIGNING_JWK)
    expected.signingKey = SIGNING_JWK
    await expectCode("binding-session", () => otherKey)
  })

  it("spoils nothing that is acceptable", async () => {
    const request = liveRequest()
    const { at, document, nonce, session } = request
    const anchors = request.anchors.map((anchor) => ({ ...anchor, certificate: new Uint8Array(anchor.certificate) }))
    const verdict = verifyLive({ ...request, anchors })
    at.setTime(Number.NaN)
    for (const bytes of [document, nonce, session.contract, anchors[0]?.certificate]) bytes?.fill(0)
    anchors.length = 0
    expect((await verdict).simulated).toBe(true)
  })
})

describe("an absent register", () => {
  it("is found where measurements are judged, after nonce and age", async () => {
    const pcrs = registers(new Map([[3, new Uint8Array(48)]]))
    const without = (over: (fields: ReturnType<typeof sessionFields>) => ReturnType<typeof sessionFields>) =>
      document(over(change(sessionFields(), "pcrs", pcrs)))
    await expectCode("measurement-mismatch", () => judged({ document: without((fields) => fields) }))
    await expectCode("nonce-mismatch", () =>
      judged({ document: without((fields) => fields), nonce: new Uint8Array(32) }),
    )
    const old = without((fields) => change(fields, "timestamp", unsigned(Date.parse(TIME) - 400_000)))
    await expectCode("document-stale", () => judged({ document: old }))
  })
})
