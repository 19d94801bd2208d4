import { expect } from "vitest"
import { makeRoot } from "../../attestation-fixtures/software-nsm/chain.ts"
import { bitString, sequence } from "../../attestation-fixtures/software-nsm/der.ts"
import { type Bytes, fromHex } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { readCertificate } from "../../verifier/attestation/x509/certificate.ts"
import { DerReader, TAG } from "../../verifier/attestation/x509/der.ts"
import { BACK_ENDS, isSigned } from "./ecdsa-back-ends.ts"
import type { Judge } from "./tally.ts"

interface Vectors {
  readonly testGroups: readonly {
    readonly publicKey: { readonly uncompressed: string }
    readonly tests: readonly Vector[]
  }[]
}

interface Vector {
  readonly comment: string
  readonly msg: string
  readonly result: "valid" | "invalid"
  readonly sig: string
  readonly tcId: number
}

/** ECDSA P-384 with SHA-384, signatures as r || s, as a document's own signature is. */
export const ecdsaP1363: Judge = async (file, tally) => {
  for (const { point, vector } of vectors(file)) {
    await compare(point, vector, fromHex(vector.sig))
    tally.run()
  }
}

/** The same with Ecdsa-Sig-Value in DER, read as a certificate's signature is. */
export const ecdsaDer: Judge = async (file, tally) => {
  for (const { point, vector } of vectors(file)) {
    await compare(point, vector, signatureIn(certificateWith(fromHex(vector.sig))))
    tally.run()
  }
}

function vectors(file: Buffer): readonly { readonly point: Bytes; readonly vector: Vector }[] {
  const { testGroups } = JSON.parse(file.toString()) as Vectors
  return testGroups.flatMap(({ publicKey, tests }) =>
    tests.map((vector) => ({ point: fromHex(publicKey.uncompressed), vector })),
  )
}

/** Both back ends say what the vector says; null is a signature that no reader gave. */
async function compare(point: Bytes, { comment, msg, result, tcId }: Vector, signature: Bytes | null): Promise<void> {
  for (const backEnd of BACK_ENDS) {
    const verdict = signature !== null && (await isSigned(backEnd, point, fromHex(msg), signature))
    expect(verdict, `${backEnd.name}, tcId ${tcId}: ${comment}`).toBe(result === "valid")
  }
}

const ROOT = makeRoot(new Uint8Array(48).fill(1), new Date("2026-01-01T00:00:00Z")).certificate

/** A certificate of the profile that carries this signature in place of its own. */
function certificateWith(signature: Bytes): Bytes {
  const reader = new DerReader(ROOT).enter(TAG.sequence)
  return sequence(reader.whole(TAG.sequence), reader.whole(TAG.sequence), bitString(signature))
}

function signatureIn(der: Bytes): Bytes | null {
  try {
    return readCertificate(der).signature
  } catch (cause) {
    if (cause instanceof ParleyError && cause.code === "certificate-malformed") return null
    throw cause
  }
}
