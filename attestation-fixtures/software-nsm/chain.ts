import type { Bytes } from "../../shared/bytes.ts"
import { makeCertificate } from "./certificate.ts"
import { type KeyPair, keyPairFrom } from "./key-pair.ts"

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** SIMULATED root: the key and its self-signed certificate. */
export interface SimulatedRoot {
  readonly key: KeyPair
  readonly certificate: Bytes
}

/** A chain of genuine shape: root, regional (20 days), zonal (6 days), instance (24 h), leaf (3 h and 3 s). */
export interface SimulatedChain {
  /** Root first, without the leaf. */
  readonly cabundle: readonly Bytes[]
  readonly leaf: Bytes
  readonly leafKey: KeyPair
  readonly notAfter: Date
}

const ROOT_NAME = "SIMULATED Parley root"

/** The same seed and time give the same bytes. */
export function makeRoot(seed: Uint8Array, notBefore: Date): SimulatedRoot {
  const key = keyPairFrom(seed, "root")
  const certificate = makeCertificate({
    issuer: ROOT_NAME,
    notAfter: new Date(notBefore.getTime() + 3650 * DAY_MS),
    notBefore,
    pathLength: 3,
    publicKey: key,
    signer: key,
    subject: ROOT_NAME,
  })
  return { certificate, key }
}

/** Issues a fresh chain under the root; leaves are not back-dated, as genuine ones are not. */
export function makeChain(root: SimulatedRoot, seed: Uint8Array, moduleId: string, at: Date): SimulatedChain {
  const start = new Date(Math.floor(at.getTime() / 1000) * 1000)
  const levels = [
    { days: 20, name: "SIMULATED regional", pathLength: 2 },
    { days: 6, name: "SIMULATED zonal", pathLength: 1 },
    { days: 1, name: "SIMULATED instance", pathLength: 0 },
  ]
  const cabundle = [root.certificate]
  let issuer = { key: root.key, name: ROOT_NAME }
  for (const { days, name, pathLength } of levels) {
    const key = keyPairFrom(seed, name)
    const notAfter = new Date(start.getTime() + days * DAY_MS)
    const fields = { issuer: issuer.name, notAfter, notBefore: start, pathLength, publicKey: key, signer: issuer.key }
    cabundle.push(makeCertificate({ ...fields, subject: name }))
    issuer = { key, name }
  }
  const leafKey = keyPairFrom(seed, `leaf ${start.toISOString()}`)
  const notAfter = new Date(start.getTime() + 3 * HOUR_MS + 3000)
  const subject = `${moduleId}.simulated.aws`
  const leafFields = { issuer: issuer.name, notAfter, notBefore: start, pathLength: null, publicKey: leafKey }
  return { cabundle, leaf: makeCertificate({ ...leafFields, signer: issuer.key, subject }), leafKey, notAfter }
}
