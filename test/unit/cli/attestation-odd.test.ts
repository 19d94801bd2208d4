import { p384 } from "@noble/curves/nist.js"
import { describe, expect, it } from "vitest"
import {
  array,
  bytes,
  initial,
  map,
  NULL,
  tagged,
  text,
  unsigned,
} from "../../../attestation-fixtures/generator/cbor.ts"
import { LEAF_USAGE } from "../../../attestation-fixtures/generator/certificate.ts"
import { type Chain, makeChain } from "../../../attestation-fixtures/generator/chain.ts"
import { algorithm, ecKeyInfo, extension, name, OID } from "../../../attestation-fixtures/generator/der.ts"
import {
  change,
  document,
  type Envelope,
  entriesOf,
  envelope,
  type Fields,
  register,
  sessionFields,
  signed,
  signPayload,
} from "../../../attestation-fixtures/generator/document.ts"
import { tpmFields } from "../../../attestation-fixtures/generator/tpm.ts"
import { octetString, time } from "../../../attestation-fixtures/software-nsm/der.ts"
import { concat } from "../../../shared/bytes.ts"
import { ODDITIES, oddities } from "../../../verifier/cli/attestation/explain/odd/index.ts"
import { subjectOf } from "../../../verifier/cli/attestation/explain/subject.ts"
import {
  changed,
  fixturesAnchor,
  ORDINARY_REGISTERS,
  ordinaryFields,
  underChain,
  withRegisters,
} from "./attestation-ordinary.ts"

/** Whether s is high is as good as random, so it is looked at by itself. */
const found = (document: Uint8Array) =>
  oddities(subjectOf(document, [fixturesAnchor()]))
    .map(({ id }) => id)
    .filter((id) => id !== "high-s")

const enveloped = (over: Partial<Envelope>, fields: Fields = ordinaryFields()) =>
  envelope({ ...signed(map(entriesOf(fields)), makeChain().leafKey), ...over })
const pcrs = (...values: readonly (readonly [number, Uint8Array])[]) =>
  document(withRegisters(new Map([...ORDINARY_REGISTERS, ...values])))
const withEntries = (entries: ReturnType<typeof entriesOf>) => signPayload(map(entries))
const entries = entriesOf(ordinaryFields())
const payload = map(entries)
const p256 = Uint8Array.from([
  ...[0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2],
  ...[0x77, 0x03, 0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96],
  ...[0x4f, 0xe3, 0x42, 0xe2, 0xfe, 0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16],
  ...[0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce, 0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5],
])

/** One document for each finding, and all that is found about it. */
const CASES: Readonly<Record<string, readonly [() => Uint8Array, ...string[]]>> = {
  "after-leaf": [() => changed("timestamp", unsigned(Date.parse("2026-03-01T15:00:04Z"))), "after-leaf"],
  "before-leaf": [() => changed("timestamp", unsigned(Date.parse("2026-03-01T11:59:59Z"))), "before-leaf"],
  "chain-length": [
    () =>
      changed(
        "cabundle",
        array(
          makeChain()
            .cabundle.slice(0, 3)
            .map((der) => bytes(der)),
        ),
      ),
    ...["chain-length", "names-do-not-chain"],
  ],
  "cose-tag": [() => tagged(18, document(ordinaryFields())), "cose-tag"],
  "critical-extension": [
    () => underChain(leafWith([extension("1.2.3.4", true, octetString(new Uint8Array(1)))])),
    "critical-extension",
  ],
  "debug-mode": [() => pcrs([0, register(0)], [1, register(0)], [2, register(0)]), "debug-mode"],
  digest: [() => changed("digest", text("SHA256")), "digest"],
  "duplicate-fields": [() => withEntries([...entries, [text("nonce"), NULL]]), "duplicate-fields"],
  "empty-fields": [() => changed("user_data", bytes(new Uint8Array())), "empty-fields"],
  "field-order": [() => withEntries([...entries.slice(1), ...entries.slice(0, 1)]), "field-order"],
  "image-not-signed": [() => pcrs([8, register(0)]), "image-not-signed"],
  "indefinite-inside": [
    () =>
      changed(
        "cabundle",
        concat(initial(4, 31), ...makeChain().cabundle.map((der) => bytes(der)), Uint8Array.of(0xff)),
      ),
    "indefinite-inside",
  ],
  "indefinite-map": [
    () => signPayload(concat(initial(5, 31), ...entries.flat(), Uint8Array.of(0xff))),
    "indefinite-map",
  ],
  "instance-mismatch": [() => pcrs([4, register(4)]), "instance-mismatch"],
  "leaf-is-a-ca": [
    () => underChain(makeChain({ leaf: (leaf) => ({ ...leaf, extensions: authorityExtensions() }) })),
    "leaf-is-a-ca",
  ],
  "leaf-life": [
    () => underChain(makeChain({ leaf: (leaf) => ({ ...leaf, notAfter: time(new Date("2054-01-01T00:00:00Z")) }) })),
    "leaf-life",
  ],
  "leaf-name": [
    () => underChain(makeChain({ leaf: (leaf) => ({ ...leaf, subject: name(["CN", "somebody"]) }) })),
    "leaf-name",
  ],
  "missing-fields": [() => changed("nonce", null), "missing-fields"],
  "module-id": [() => changed("module_id", text("enclave-1")), "module-id", "leaf-name"],
  "names-do-not-chain": [
    () => underChain(makeChain({ leaf: (leaf) => ({ ...leaf, issuer: name(["CN", "somebody"]) }) })),
    "names-do-not-chain",
  ],
  nitrotpm: [() => document(tpmFields()), "nitrotpm", "leaf-name"],
  "non-minimal": [() => changed("nonce", bytes(new Uint8Array(32).fill(7), 2)), "non-minimal"],
  "not-a-nitro-document": [
    () => signPayload(map([[text("hello"), text("world")]])),
    ...["not-a-nitro-document", "unknown-fields"],
  ],
  "not-p384": [
    () => underChain(makeChain({ leaf: (leaf) => ({ ...leaf, publicKeyInfo: ecKeyInfo(OID.p256, p256) }) })),
    "not-p384",
  ],
  "other-root": [() => underChain(makeChain({}, new Uint8Array(48).fill(3))), "other-root"],
  "other-signature-algorithm": [() => underChain(otherAlgorithm()), "other-signature-algorithm"],
  "over-documented-size": [() => changed("user_data", bytes(new Uint8Array(513).fill(1))), "over-documented-size"],
  "partly-zero": [() => pcrs([1, register(0)]), "partly-zero"],
  "protected-header": [
    () => enveloped({ protectedHeader: bytes(map([[unsigned(1), unsigned(7)]])) }),
    "protected-header",
  ],
  "register-count": [() => pcrs([20, register(0)]), "register-count"],
  "register-shape": [() => pcrs([5, new Uint8Array(32)]), "register-shape"],
  "short-nonce": [() => changed("nonce", bytes(new Uint8Array(15).fill(1))), "short-nonce"],
  "signature-length": [() => enveloped({ signature: bytes(new Uint8Array(64).fill(1)) }), "signature-length"],
  "timestamp-range": [() => changed("timestamp", unsigned(1_772_366_490)), "timestamp-range", "before-leaf"],
  "trailing-bytes": [() => concat(document(ordinaryFields()), new Uint8Array(3)), "trailing-bytes"],
  "unknown-fields": [() => withEntries([...entries, [text("extra"), NULL]]), "unknown-fields"],
  "unprotected-header": [
    () => enveloped({ unprotected: map([[unsigned(4), bytes(new Uint8Array(1))]]) }),
    "unprotected-header",
  ],
  "unreadable-certificate": [() => changed("certificate", bytes(Uint8Array.of(0x30, 0x00))), "unreadable-certificate"],
  "zero-fields": [() => changed("nonce", bytes(new Uint8Array(32))), "zero-fields"],
}

function leafWith(more: readonly Uint8Array[]): Chain {
  return makeChain({ leaf: (leaf) => ({ ...leaf, extensions: [...leaf.extensions, ...more] }) })
}

function authorityExtensions(): readonly Uint8Array[] {
  return [extension(OID.basicConstraints, true, Uint8Array.of(0x30, 0x03, 0x01, 0x01, 0xff)), LEAF_USAGE]
}

function otherAlgorithm(): Chain {
  const other = algorithm(OID.ecdsaWithSha256)
  return makeChain({ leaf: (leaf) => ({ ...leaf, innerAlgorithm: other, outerAlgorithm: other }) })
}

describe("what is odd about a document", () => {
  it("is nothing for an ordinary one", () => {
    expect(found(document(ordinaryFields()))).toEqual([])
  })

  for (const [id, [make, ...expected]] of Object.entries(CASES)) {
    it(id, () => {
      expect(found(make())).toEqual(expected)
      const says = oddities(subjectOf(make(), [fixturesAnchor()])).find((finding) => finding.id === id)?.says ?? ""
      expect(says.length).toBeGreaterThan(20)
    })
  }

  it("high-s: of r and s, and r and n - s, exactly one is", () => {
    const { payload: signedPayload, protectedHeader, signature, unprotected } = signed(payload, makeChain().leafKey)
    const raw = signature.subarray(2)
    const s = BigInt(`0x${Buffer.from(raw.subarray(48)).toString("hex")}`)
    const other = (p384.Point.Fn.ORDER - s).toString(16).padStart(96, "0")
    const negated = bytes(concat(raw.subarray(0, 48), new Uint8Array(Buffer.from(other, "hex"))))
    const both = [signature, negated].map((each) => {
      const made = envelope({ payload: signedPayload, protectedHeader, signature: each, unprotected })
      return oddities(subjectOf(made, [fixturesAnchor()])).some(({ id }) => id === "high-s")
    })
    expect(both.toSorted()).toEqual([false, true])
  })

  it("has a test for every finding", () => {
    expect([...Object.keys(CASES), "high-s"].toSorted()).toEqual(Object.keys(ODDITIES).toSorted())
  })

  it("names few of very many fields", () => {
    const many = Array.from({ length: 3000 }, (_, index) => [text(`f${index}`), NULL] as const)
    const [finding] = oddities(subjectOf(withEntries([...entries, ...many]), [])).filter(
      ({ id }) => id === "unknown-fields",
    )
    expect(finding?.says).toContain("f4 and 2995 more")
  })

  it("says what a date makes of an indefinite map", () => {
    const fields = change(sessionFields(), "timestamp", unsigned(Date.parse("2024-01-01T00:00:00Z")))
    const old = signPayload(concat(initial(5, 31), ...entriesOf(fields).flat(), Uint8Array.of(0xff)))
    const says = oddities(subjectOf(old, [])).find(({ id }) => id === "indefinite-map")?.says
    expect(says).toMatch(/definite ones/)
  })
})
