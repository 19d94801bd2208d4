import { type Bytes, toHex, utf8 } from "../../shared/bytes.ts"
import { type KeyPair, keyPairFrom } from "../software-nsm/key-pair.ts"
import {
  authorityKeyId,
  type CertificateParts,
  caConstraints,
  caUsage,
  crlPoint,
  LEAF_CONSTRAINTS,
  LEAF_USAGE,
  makeCertificate,
  profileParts,
  subjectKeyId,
} from "./certificate.ts"
import { name } from "./der.ts"

export const LEVELS = ["root", "regional", "zonal", "instance", "leaf"] as const
export type Level = (typeof LEVELS)[number]

/** A chain of genuine shape, root to leaf: names, windows, path lengths, extensions. All of it says SIMULATED. */
export type ChainParts = Readonly<Record<Level, CertificateParts>>
export type Change = (parts: CertificateParts) => CertificateParts

export interface Chain {
  /** Root first, without the leaf. */
  readonly cabundle: readonly Bytes[]
  readonly leaf: Bytes
  readonly leafKey: KeyPair
}

export const MODULE_ID = "i-0123456789abcdef0-enc0123456789abcdef"
const REGION = "simulated-1"

const NAMES = {
  instance: name(
    ["C", "US"],
    ["ST", "Washington"],
    ["L", "Seattle"],
    ["O", "SIMULATED"],
    ["OU", "Parley"],
    ["CN", `i-0123456789abcdef0.${REGION}.aws.nitro-enclaves`],
  ),
  leaf: name(["C", "US"], ["O", "SIMULATED"], ["OU", "Parley"], ["CN", `${MODULE_ID}.${REGION}.aws`]),
  regional: name(["C", "US"], ["O", "SIMULATED"], ["OU", "Parley"], ["CN", `regional.${REGION}.aws.nitro-enclaves`]),
  root: name(["C", "US"], ["O", "SIMULATED"], ["OU", "Parley"], ["CN", "aws.nitro-enclaves"]),
  zonal: name(["CN", `zonal.${REGION}.aws.nitro-enclaves`], ["OU", "Parley"], ["O", "SIMULATED"], ["C", "US"]),
} as const satisfies Record<Level, Bytes>

const WINDOWS = {
  instance: ["2026-03-01T06:00:00Z", "2026-03-02T06:00:00Z"],
  leaf: ["2026-03-01T12:00:00Z", "2026-03-01T15:00:03Z"],
  regional: ["2026-02-20T12:00:00Z", "2026-03-12T12:00:00Z"],
  root: ["2019-10-28T13:28:05Z", "2049-10-28T14:28:05Z"],
  zonal: ["2026-02-27T12:00:00Z", "2026-03-05T12:00:00Z"],
} as const satisfies Record<Level, readonly [string, string]>

export const SEED = utf8("parley/attestation-fixtures/v1: public test keys, worth nothing")

const keys = new Map<string, KeyPair>()

/** The test key of that label; made once, for there are hundreds of cases. */
export function keyOf(label: string, seed: Uint8Array = SEED): KeyPair {
  const id = `${toHex(seed)} ${label}`
  const key = keys.get(id) ?? keyPairFrom(seed, label)
  keys.set(id, key)
  return key
}

export function chainParts(seed: Uint8Array = SEED): ChainParts {
  const part = (level: Level, issuer: Level, extensions: readonly Uint8Array[]) => {
    const [notBefore, notAfter] = WINDOWS[level]
    const keys = { key: keyOf(level, seed), signer: keyOf(issuer, seed) }
    return profileParts({ ...keys, extensions, issuer: NAMES[issuer], notAfter, notBefore, subject: NAMES[level] })
  }
  const ids = (level: Level, issuer: Level) => [authorityKeyId(keyOf(issuer, seed)), subjectKeyId(keyOf(level, seed))]
  const crl = (level: Level) => crlPoint(`http://crl.invalid/${level}.crl`)
  const signs = caUsage(0x86, 1)
  return {
    instance: part("instance", "zonal", [caConstraints(0), caUsage(0x04, 2), ...ids("instance", "zonal")]),
    leaf: part("leaf", "instance", [LEAF_CONSTRAINTS, LEAF_USAGE]),
    regional: part("regional", "root", [caConstraints(2), ...ids("regional", "root"), signs, crl("regional")]),
    root: part("root", "root", [caConstraints(null), subjectKeyId(keyOf("root", seed)), signs]),
    zonal: part("zonal", "regional", [caConstraints(1), ...ids("zonal", "regional"), signs, crl("zonal")]),
  }
}

const unchanged = new Map<string, ReadonlyMap<Level, Bytes>>()

/** The chain with one certificate changed and signed again. What is not changed was signed once, for all cases. */
export function makeChain(changes: Partial<Readonly<Record<Level, Change>>> = {}, seed: Uint8Array = SEED): Chain {
  const parts = chainParts(seed)
  const usual = unchanged.get(toHex(seed)) ?? new Map(LEVELS.map((level) => [level, makeCertificate(parts[level])]))
  unchanged.set(toHex(seed), usual)
  const made = LEVELS.map((level) => {
    const change = changes[level]
    return change === undefined ? (usual.get(level) ?? new Uint8Array()) : makeCertificate(change(parts[level]))
  })
  return { cabundle: made.slice(0, -1), leaf: made.at(-1) ?? new Uint8Array(), leafKey: keyOf("leaf", seed) }
}
