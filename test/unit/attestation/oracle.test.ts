import "reflect-metadata" // @peculiar/x509 looks for it when it loads
import { readdirSync, readFileSync } from "node:fs"
import * as oracle from "@peculiar/x509"
import { describe, expect, it } from "vitest"
import { makeChain, makeRoot } from "../../../attestation-fixtures/software-nsm/chain.ts"
import { decodeUnverified } from "../../../shared/attestation/document.ts"
import { type Bytes, toHex } from "../../../shared/bytes.ts"
import { awsAnchor } from "../../../verifier/attestation/anchor.ts"
import { type Certificate, readCertificate } from "../../../verifier/attestation/x509/certificate.ts"
import { hasShared, sharedPath } from "../../support/shared-folder.ts"
import { certificate, chainWith, LEVELS } from "./chain-builder.ts"

/** `@peculiar/x509` shares no code with the reader here: where both read a certificate, they must read the same. */
function expectAgreement(der: Bytes): void {
  const theirs = new oracle.X509Certificate(der)
  const ours = readCertificate(der)
  expect(told(ours)).toEqual({
    basicConstraints: constraintsOf(theirs),
    extensions: theirs.extensions.map(({ critical, type, value }) => [type, critical, hexOf(value)]),
    issuer: [theirs.issuer, hexOf(theirs.issuerName.toArrayBuffer())],
    keyUsage: theirs.getExtension(oracle.KeyUsagesExtension)?.usages ?? null,
    notAfter: theirs.notAfter.toISOString(),
    notBefore: theirs.notBefore.toISOString(),
    publicKey: hexOf(theirs.publicKey.rawData).slice(-2 * 97),
    serial: theirs.serialNumber.replace(/^00/, ""),
    signature: signatureOf(theirs),
    subject: [theirs.subject, hexOf(theirs.subjectName.toArrayBuffer())],
  })
}

function told({ extensions, issuer, keyUsage, notAfter, notBefore, publicKey, subject, ...rest }: Certificate) {
  return {
    basicConstraints: rest.basicConstraints,
    extensions: extensions.map(({ critical, oid, value }) => [oid, critical, toHex(value)]),
    issuer: [issuer.text, toHex(issuer.der)],
    keyUsage: keyUsage === null ? null : mirrored(keyUsage),
    notAfter: notAfter.toISOString(),
    notBefore: notBefore.toISOString(),
    publicKey: toHex(publicKey),
    serial: rest.serial,
    signature: rest.signature === null ? null : toHex(rest.signature),
    subject: [subject.text, toHex(subject.der)],
  }
}

/** Their flags count the first bit as 1, as RFC 5280 numbers them; ours are the octet as it stands. */
function mirrored(octet: number): number {
  return [...Array(8).keys()].reduce((sum, bit) => sum + (octet & (0x80 >> bit) ? 1 << bit : 0), 0)
}

function constraintsOf(theirs: oracle.X509Certificate) {
  const found = theirs.getExtension(oracle.BasicConstraintsExtension)
  return found === null ? null : { ca: found.ca, pathLength: found.pathLength ?? null }
}

/** By hand from the outer DER: two INTEGERs at the end of the certificate, each brought to 48 bytes. */
function signatureOf(theirs: oracle.X509Certificate): string {
  const der = Buffer.from(theirs.signature)
  const rLength = der[3] ?? 0
  const [r, s] = [der.subarray(4, 4 + rLength), der.subarray(6 + rLength)]
  return [r, s].map((part) => part.toString("hex").replace(/^00/, "").padStart(96, "0")).join("")
}

function hexOf(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("hex")
}

const FOLDER = "evidence/nitro"

describe("readCertificate and @peculiar/x509", () => {
  it.runIf(hasShared(FOLDER))("read every certificate of every genuine document alike", () => {
    const seen = new Set<string>()
    let documents = 0
    for (const file of readdirSync(sharedPath(FOLDER)).filter((name) => name.endsWith(".bin"))) {
      if (file.includes("malformed")) continue
      const { cabundle, certificate: leaf } = decodeUnverified(readFileSync(sharedPath(`${FOLDER}/${file}`)))
      for (const der of [...cabundle, leaf]) {
        expectAgreement(der)
        seen.add(toHex(der))
      }
      documents++
    }
    expect([documents, seen.size]).toEqual([17, 63])
  })

  it("read AWS's root, the simulator's chain and the tests' own alike", () => {
    const seed = new Uint8Array(48).fill(3)
    const root = makeRoot(seed, new Date("2026-01-01T00:00:00Z"))
    const { cabundle, leaf } = makeChain(
      root,
      seed,
      "i-0123456789abcdef0-enc0123456789abcdef",
      new Date("2049-12-30T00:00:00Z"),
    )
    const built = chainWith(0)
    const ders = [awsAnchor().certificate, ...cabundle, leaf, ...built.cabundle, built.leaf]
    expect(ders.length).toBe(11)
    for (const der of ders) expectAgreement(der)
    for (const [index] of LEVELS.entries()) expectAgreement(certificate(index))
  })
})
