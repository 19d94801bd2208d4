import { generateKeyPairSync } from "node:crypto"
import { describe, expect, it } from "vitest"
import { array, bytes, initial, NULL, text } from "../../../attestation-fixtures/generator/cbor.ts"
import { makeChain } from "../../../attestation-fixtures/generator/chain.ts"
import { CONTRACT_DIGEST } from "../../../attestation-fixtures/generator/contract.ts"
import { name } from "../../../attestation-fixtures/generator/der.ts"
import { document, register, signPayload } from "../../../attestation-fixtures/generator/document.ts"
import { SESSION_KEY, sessionUserData } from "../../../attestation-fixtures/generator/session.ts"
import { TPM_REGISTERS, tpmFields } from "../../../attestation-fixtures/generator/tpm.ts"
import { tlv } from "../../../attestation-fixtures/software-nsm/der.ts"
import { concat, toHex, utf8 } from "../../../shared/bytes.ts"
import { decodeFile } from "../../../verifier/cli/attestation/document-file.ts"
import { outlineCbor } from "../../../verifier/cli/attestation/explain/cbor-outline.ts"
import { contentsOf } from "../../../verifier/cli/attestation/explain/contents.ts"
import { reportJson } from "../../../verifier/cli/attestation/explain/json.ts"
import { type Report, reportOf } from "../../../verifier/cli/attestation/explain/report.ts"
import { subjectOf } from "../../../verifier/cli/attestation/explain/subject.ts"
import { reportText } from "../../../verifier/cli/attestation/explain/text.ts"
import { spell } from "../../../verifier/cli/attestation/explain/times.ts"
import { otherFile } from "../../../verifier/cli/attestation/other-file.ts"
import {
  changed,
  fixturesAnchor,
  ORDINARY_REGISTERS,
  ordinaryFields,
  underChain,
  withRegisters,
} from "./attestation-ordinary.ts"

async function report(given: Uint8Array, at: string | null = null): Promise<Report> {
  const file = decodeFile(new Uint8Array(given))
  return reportOf(subjectOf(file.bytes, [fixturesAnchor()]), file, at === null ? null : new Date(at))
}

const facts = async (given: Uint8Array, at: string | null = null) =>
  Object.fromEntries((await report(given, at)).facts.map(({ code, holds, id }) => [id, code ?? holds]))
const ALL_HOLD = { decoding: true, path: true, production: true, signature: true }

describe("registers", () => {
  it("of an enclave: what each means, who sets it, what its value tells", async () => {
    const { pcrs } = await report(document(ordinaryFields()))
    const told = pcrs.map(({ index, meaning, note, setBy }) => `${index} ${meaning}; ${setBy}; ${note}`)
    const image = "the hypervisor, from the image"
    const self = "the enclave itself, once, then locked"
    const unused = "not assigned; nobody; locked from the start; zero: not used"
    expect(told).toEqual([
      `0 the whole image file; ${image} that the operator started; `,
      `1 kernel and boot ramdisk; ${image}; `,
      `2 application, without the boot ramdisk; ${image}; `,
      "3 IAM role of the parent instance; the hypervisor, from the operator's AWS account; zero: the parent instance had no IAM role",
      "4 id of the parent instance; the hypervisor; measures i-0123456789abcdef0",
      ...[5, 6, 7].map((index) => `${index} ${unused}`),
      `8 certificate that signed the image file; ${image}; `,
      ...[9, 10, 11, 12, 13, 14, 15].map((index) => `${index} ${unused}`),
      `16 contract, in Parley's enclaves; ${self}; is one extension by the contract in user_data`,
      `17 session keys, in Parley's enclaves; ${self}; is one extension by the session in user_data`,
    ])
  })

  it("tells debug zeros, other bindings, free registers and absent ones", async () => {
    const values = new Map([...ORDINARY_REGISTERS, [0, register(0)], [16, register(1)], [20, register(2)]] as const)
    values.delete(3)
    const { pcrs } = await report(document(withRegisters(values)))
    const note = (index: number) => pcrs.find((pcr) => pcr.index === index)?.note
    expect(note(0)).toBe("zero: the enclave was started in debug mode")
    expect(note(3)).toBe("absent: genuine documents show 0 to 15")
    expect(note(16)).toBe("is not one extension by the contract in user_data")
    expect(pcrs.find(({ index }) => index === 20)?.meaning).toBe("free for the application")
  })

  it("of a NitroTPM mean something else", async () => {
    const { kind, pcrs } = await report(document(tpmFields()))
    expect(kind).toBe("nitrotpm")
    expect(pcrs.length).toBe(TPM_REGISTERS.size)
    expect(pcrs[0]?.meaning).toBe("firmware")
    expect(pcrs[4]?.meaning).toBe("boot loader or unified kernel image")
    expect(pcrs[7]?.meaning).toBe("Secure Boot policy")
    expect(pcrs[23]?.setBy).toBe("anybody on the instance")
  })
})

describe("facts", () => {
  it("hold for an ordinary document, at its own time and at --at", async () => {
    expect(await facts(document(ordinaryFields()))).toEqual(ALL_HOLD)
    expect(await facts(document(ordinaryFields()), "2026-03-01T14:00:00Z")).toEqual(ALL_HOLD)
    expect((await report(document(ordinaryFields()))).judgedAt?.source).toBe("the document's own timestamp")
  })

  it("fail one by one, and none hides another", async () => {
    const late = { ...ALL_HOLD, path: "certificate-expired" }
    expect(await facts(document(ordinaryFields()), "2026-03-01T15:00:04Z")).toEqual(late)
    const other = { ...ALL_HOLD, "carried-root": true, path: "path-anchor-mismatch" }
    expect(await facts(underChain(makeChain({}, new Uint8Array(48).fill(3))))).toEqual(other)
    const tampered = document(ordinaryFields())
    tampered[tampered.length - 1] = (tampered.at(-1) ?? 0) ^ 1
    expect(await facts(tampered)).toEqual({ ...ALL_HOLD, signature: "cose-signature-invalid" })
    const debug = document(withRegisters(new Map([...ORDINARY_REGISTERS, [1, register(0)]])))
    expect(await facts(debug)).toEqual({ ...ALL_HOLD, production: "debug-mode" })
    const undecoded = { ...ALL_HOLD, decoding: "document-field-invalid", production: null }
    expect(await facts(changed("digest", text("SHA256")))).toEqual(undecoded)
  })

  it("does not call an enclave without PCR0, 1 and 2 a production one", async () => {
    const values = new Map([...ORDINARY_REGISTERS].filter(([index]) => index > 2))
    const { facts: told } = await report(document(withRegisters(values)))
    expect(told.find(({ id }) => id === "production")).toMatchObject({ holds: null, why: "PCR0 is absent" })
  })

  it("has no debug mode to judge in a NitroTPM document", async () => {
    expect(await facts(document(tpmFields()))).toEqual({ decoding: true, path: true, signature: true })
  })
})

describe("damaged documents", () => {
  const whole = document(ordinaryFields())

  it("are read up to where they end, at every length", async () => {
    let shown = 0
    for (let length = 0; length < whole.length; length += 97) {
      const { ends, facts, moduleId } = await report(whole.subarray(0, length))
      expect(ends?.at, String(length)).toBeLessThanOrEqual(length)
      expect(facts.find(({ id }) => id === "decoding")?.code).toBe("cbor-malformed")
      if (moduleId !== null) shown++
    }
    expect(shown).toBeGreaterThan(30)
  })

  it("still show their chain and what it leads to", async () => {
    const { certificates, ends, facts } = await report(whole.subarray(0, whole.length - 120))
    expect(certificates.map(({ pinned }) => pinned)).toEqual([true, false, false, false, false])
    expect(ends?.where).toMatch(/^in the payload, field /)
    expect(facts.find(({ id }) => id === "path")?.holds).toBe(true)
    expect(facts.find(({ id }) => id === "signature")?.holds).toBe(null)
  })

  it("with thousands of certificates or deep nesting stay short", async () => {
    const junk = array(Array.from({ length: 5000 }, () => bytes(new Uint8Array(1))))
    const many = await report(changed("cabundle", junk))
    expect(many.carried).toBe(5001)
    expect(reportText(many, "").length).toBeLessThan(20_000)
    const deep = await report(new Uint8Array(60_000).fill(0x81))
    expect(deep.ends?.what).toBe("nested deeper than 16")
    const open = await report(signPayload(initial(5, 31)))
    expect(open.ends?.what).toBe("the bytes end where an item is expected")
  })
})

describe("documents that are made to cost", () => {
  it("are not looked into above 64 KiB, and say so", async () => {
    const chunks = Array.from({ length: 100_000 }, () => Uint8Array.of(0x41, 0x61))
    const large = await report(joined([Uint8Array.of(0x84, 0x5f), ...chunks, Uint8Array.of(0xff)]))
    expect(large.ends).toEqual({ at: 0, what: "it is over 64 KiB", where: "in the envelope" })
    expect(large.facts.find(({ id }) => id === "decoding")?.code).toBe("document-too-large")
    expect([large.kind, large.certificates.length, large.pcrs.length]).toEqual(["unknown", 0, 0])
    expect((await report(new Uint8Array(64 * 1024).fill(0x81))).ends?.what).toBe("nested deeper than 16")
  })

  it("may have a string of very many chunks, or of a very long one", () => {
    const many = Array.from({ length: 150_000 }, () => Uint8Array.of(0x41, 0x61))
    const one = bytes(new Uint8Array(200_000).fill(0x61))
    for (const [chunks, length] of [[many, 150_000] as const, [[one], 200_000] as const]) {
      const { fault, item } = outlineCbor(joined([Uint8Array.of(0x5f), ...chunks, Uint8Array.of(0xff)]))
      expect([fault, item?.kind === "bytes" && item.bytes.length]).toEqual([null, length])
    }
  })

  it("may have very many fields, of which those are named that occur twice", async () => {
    const entries = Array.from({ length: 9000 }, (_, index) => concat(text(`f${index % 8999}`), NULL))
    const { odd } = await report(signPayload(joined([initial(5, 31), ...entries, Uint8Array.of(0xff)])))
    expect(odd.find(({ id }) => id === "duplicate-fields")?.says).toMatch(/^Fields occur twice: f0\. /)
  })
})

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts))
}

describe("certificates whose instants are none", () => {
  it("have no life to show, rather than one that nobody wrote", async () => {
    for (const instant of ["260230120000Z", "261301000000Z", "not a time..Z", "260301120000"]) {
      const notAfter = tlv(0x17, utf8(instant))
      for (const over of [{ notAfter }, { notBefore: notAfter }]) {
        const given = await report(underChain(makeChain({ leaf: (leaf) => ({ ...leaf, ...over }) })))
        expect(given.certificates.map(({ parsed }) => parsed === null)).toEqual([false, false, false, false, true])
        expect(given.facts.find(({ id }) => id === "path")?.code).toBe("certificate-malformed")
        expect([given.times.leafLife, reportText(given, "").includes("Invalid")]).toEqual([null, false])
      }
    }
  })
})

describe("free fields", () => {
  const spki = (curve: string) =>
    generateKeyPairSync("ec", { namedCurve: curve }).publicKey.export({ format: "der", type: "spki" })
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "der", type: "spki" })
  const point = (length: number) => new Uint8Array(length).fill(4)

  const looks: readonly (readonly [Parameters<typeof contentsOf>[0], Uint8Array, string])[] = [
    ["public_key", SESSION_KEY, "SubjectPublicKeyInfo, P-384"],
    ["public_key", spki("P-256"), "SubjectPublicKeyInfo, P-256"],
    ["public_key", rsa, "SubjectPublicKeyInfo, RSA, 2048 bits"],
    ["public_key", point(97), "an uncompressed point, P-384 by its length"],
    ["public_key", point(65), "an uncompressed point of a 256-bit curve"],
    ["public_key", point(32), "perhaps an X25519 or Ed25519 key"],
    ["user_data", sessionUserData(), "Parley's session statement"],
    [
      "user_data",
      sessionUserData({ subject: new Uint8Array(32), type: "parley/receipt/v1" }),
      "Parley's receipt statement",
    ],
    ["user_data", utf8('{"a":1}'), "JSON"],
    ["user_data", utf8("hello, world"), "text"],
    ["user_data", utf8("0123456789abcdef"), "text in hex"],
    ["user_data", utf8("-----BEGIN PUBLIC KEY-----\n"), "text in PEM"],
    ["user_data", array([bytes(new Uint8Array(9))]), "a CBOR array"],
    ["user_data", new Uint8Array(), "present and empty"],
    ["nonce", new Uint8Array(20), "zeros"],
    ["nonce", new Uint8Array(32).fill(0xa5), "perhaps a digest or random"],
    ["nonce", new Uint8Array(5).fill(0xa5), "not recognised"],
  ]
  for (const [field, value, look] of looks) {
    it(`${field}: ${look}`, () => expect(contentsOf(field, new Uint8Array(value)).looksLike).toBe(look))
  }

  it("shows Parley's statement", async () => {
    const { statement } = await report(document(ordinaryFields()))
    expect(statement).toMatchObject({ contract: toHex(CONTRACT_DIGEST), subject: null, type: "parley/session/v1" })
  })
})

describe("the text", () => {
  it("never says that a document is valid, and ends with what to do", async () => {
    for (const given of [document(ordinaryFields()), document(tpmFields()), new Uint8Array(3)]) {
      const shown = reportText(await report(given), "next step")
      expect(shown).not.toMatch(/\b(?:is|looks) (?:valid|genuine|trusted|ok)\b|accepted/i)
      expect(shown).toMatch(/Not checked/)
      expect(shown.endsWith("what to do: next step")).toBe(true)
    }
  })

  it("says which time it used, and with --at how old things are", async () => {
    const own = reportText(await report(document(ordinaryFields())), "")
    expect(own).toMatch(/at 2026-03-01T12:01:30.500Z \(the document's own timestamp\)/)
    expect(own).toMatch(/not asked: give --at/)
    const later = reportText(await report(document(ordinaryFields()), "2026-03-02T12:01:30.500Z"), "")
    expect(later).toMatch(/the document was made 1 d before it/)
    expect(later).toMatch(/the leaf ended 21 h 1 min before it/)
  })

  it("marks every line about another root's document that speaks of that root", async () => {
    const shown = reportText(await report(document(ordinaryFields())), "")
    expect(shown).toMatch(/^SIMULATED/)
    expect(shown).toMatch(/the chain leads to SIMULATED root at/)
  })

  it("lets nothing in the document write to the terminal", async () => {
    const hostile = "a\u001b[2J\u202eb"
    const leaf = makeChain({ leaf: (parts) => ({ ...parts, subject: name(["CN", hostile]) }) })
    const given = [
      changed("module_id", text(hostile)),
      changed("user_data", bytes(utf8(hostile))),
      underChain(leaf),
      signPayload(new Uint8Array([0xa1, ...text(hostile), 0xf6])),
    ]
    for (const each of given) {
      const lines = reportText(await report(each), "").replaceAll("\n", "")
      expect(lines).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    }
  })

  it("nor to whoever reads its JSON, at any length", async () => {
    const hostile = `a\u007f\u009b2J\u202e\u2028${"x".repeat(50_000)}`
    for (const field of ["module_id", "digest"]) {
      const json = reportJson(await report(changed(field, text(hostile)))) as Readonly<Record<string, unknown>>
      expect(json[field]).toMatch(/^a\\u\{7f\}\\u\{9b\}2J\\u\{202e\}\\u\{2028\}x+$/)
      expect(JSON.stringify(json).length).toBeLessThan(60_000)
    }
  })

  it("spells times in their two largest units", () => {
    expect([0, 59, 60, 3661, 90_000, -7260].map(spell)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "1 h 1 min",
      "1 d 1 h",
      "2 h 1 min",
    ])
  })
})

describe("files that are no document", () => {
  const files: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["empty", new Uint8Array(), /empty/],
    ["JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /JPEG/],
    ["JSON", utf8(' {"document": "hEQ="}'), /JSON/],
    ["hex", utf8("8444a1013822\n"), /hex/],
    ["PEM", utf8("-----BEGIN CERTIFICATE-----"), /PEM/],
    ["a certificate", makeChain().leaf, /certificate/],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8), /gzip/],
  ]
  for (const [kind, source, says] of files) it(`${kind} is named`, () => expect(otherFile(source)).toMatch(says))

  it("says nothing about a document, and nothing about what it does not know", () => {
    expect(otherFile(document(ordinaryFields()))).toBe(null)
    expect(otherFile(utf8("hello"))).toBe(null)
  })
})
