import { createPublicKey, verify } from "node:crypto"
import { decodeUnverified } from "../../shared/attestation/document.ts"
import { concat, fromHex } from "../../shared/bytes.ts"
import { decodeSign1, sigStructure } from "../../shared/cose/sign1.ts"
import { type Certificate, readCertificate } from "../../verifier/attestation/x509/certificate.ts"
import { AuthorityCache, awsAnchor, type Engine, listPolicy, pureCrypto, verifyDocument } from "../../verifier/index.ts"
import { report } from "./contender.ts"
import { type Genuine, readManifest } from "./corpus.ts"

/** The parts of this benchmark that run as programs of their own: the library in several ways, and the floor. */
export const ROLES: Readonly<Record<string, (manifest: string, rounds: number) => Promise<void>>> = {
  cached: (manifest, rounds) => stream(manifest, rounds, { cache: new AuthorityCache(256) }),
  floor: (manifest, rounds) => floor(manifest, rounds, 2),
  "floor-whole": (manifest, rounds) => floor(manifest, rounds, 5),
  "instance-new": (manifest, rounds) => stream(manifest, rounds, { cache: new InstancesForgotten(256) }),
  pure: (manifest, rounds) => stream(manifest, rounds, { backEnd: pureCrypto, cache: new AuthorityCache(256) }),
  uncached: (manifest, rounds) => stream(manifest, rounds, {}),
}

/** Certificates of a genuine path, which are recalled root first; the instance CA is the fourth. */
const PATH = 5
const INSTANCE = 3

/** A cache to which every instance is new, as in a stream of documents of which none comes twice. */
class InstancesForgotten extends AuthorityCache {
  #asked = 0

  override recall(id: string) {
    return this.#asked++ % PATH === INSTANCE ? undefined : super.recall(id)
  }
}

/** Passes before the clock starts: a stream is long, and its first seconds are the compiler's. */
const WARM_UP = 25

/** One document after the other, as a service would that verifies what comes in. */
async function stream(manifest: string, rounds: number, engine: Engine): Promise<void> {
  const documents = readManifest(manifest)
  const accepts = acceptsWith(engine)
  const refused: string[] = []
  for (let warm = 0; warm < WARM_UP; warm++) {
    for (const document of documents) if (!(await accepts(document)) && warm === 0) refused.push(document.path)
  }
  await report(refused, async () => {
    let accepted = 0
    for (let round = 0; round < rounds; round++) {
      for (const document of documents) if (await accepts(document)) accepted++
    }
    return accepted
  })
}

function acceptsWith(engine: Engine): (document: Genuine) => Promise<boolean> {
  const unchecked = { unchecked: "an old document" }
  const request = { ...engine, anchors: [awsAnchor()], contract: unchecked, maxAgeSeconds: unchecked, nonce: unchecked }
  return async ({ at, bytes, pcrs }) => {
    const { document } = await verifyDocument({ ...request, at, document: bytes, measurements: listPolicy(pcrs) })
    return document.timestamp === at.getTime()
  }
}

/** What no verifier can leave out: the last `count` ECDSA signatures of a document, by OpenSSL, with the keys at hand. */
async function floor(manifest: string, rounds: number, count: number): Promise<void> {
  const proofs = readManifest(manifest).flatMap(({ bytes }) => signaturesOf(bytes).slice(-count))
  const proven = () => proofs.filter(({ key, signature, signed }) => verify("sha384", signed, key, signature)).length
  proven()
  await report([], async () => {
    let verified = 0
    for (let round = 0; round < rounds; round++) verified += proven()
    return verified / count
  })
}

/** Four certificates, then the document. */
function signaturesOf(bytes: Uint8Array) {
  const { cabundle, certificate } = decodeUnverified(bytes)
  const certificates = [...cabundle, certificate].map(readCertificate)
  const { payload, protectedHeader, signature } = decodeSign1(bytes)
  const issued = certificates.slice(1).map((issued, i) => ({ ...issued, key: openSslKey(certificates[i]) }))
  const document = { key: openSslKey(certificates.at(-1)), signature, signed: sigStructure(protectedHeader, payload) }
  return [...issued, document].map(({ key, signature, signed }) => ({ key, signature: signature ?? bytes, signed }))
}

const SPKI_P384 = fromHex("3076301006072a8648ce3d020106052b81040022036200")

function openSslKey(certificate: Certificate | undefined) {
  const spki = concat(SPKI_P384, certificate?.publicKey ?? new Uint8Array())
  const key = createPublicKey({ format: "der", key: Buffer.from(spki), type: "spki" })
  return { dsaEncoding: "ieee-p1363" as const, key }
}
