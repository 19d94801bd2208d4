import type { KeyPair } from "../../../attestation-fixtures/software-nsm/key-pair.ts"
import type { Bytes } from "../../../shared/bytes.ts"
import { type Item, readCbor, writeCbor } from "../cbor-tree.ts"
import { elementAt, readDer, writeDer } from "../der-tree.ts"
import { mutate } from "../mutator.ts"
import { BYTE_MUTATORS } from "../mutators/bytes.ts"
import { CBOR_MUTATORS } from "../mutators/cbor.ts"
import { CERTIFICATE_MUTATORS } from "../mutators/certificate.ts"
import { CHAIN_MUTATORS } from "../mutators/chain.ts"
import { DER_MUTATORS, OUTER_MUTATORS } from "../mutators/der.ts"
import { ENVELOPE_MUTATORS } from "../mutators/envelope.ts"
import { EXTENSION_MUTATORS } from "../mutators/extensions.ts"
import { FIELD_MUTATORS } from "../mutators/fields.ts"
import type { Random } from "../random.ts"
import type { Input } from "../target.ts"
import type { Base } from "./base.ts"
import { readDocument } from "./reading.ts"
import { placePath, signCertificate, signedEnvelope } from "./reissue.ts"

const BODY_MUTATORS = [CERTIFICATE_MUTATORS, EXTENSION_MUTATORS, DER_MUTATORS] as const
const PAYLOAD_MUTATORS = [CBOR_MUTATORS, FIELD_MUTATORS, FIELD_MUTATORS] as const

/** Where a mutant is damaged: before a certificate is signed, before the document is signed, or after both. */
const SIGNED_PLACES = [
  "body",
  "body",
  "body",
  "outer",
  "chain",
  "payload",
  "payload",
  "payload",
  "envelope",
  "bytes",
] as const
const UNSIGNED_PLACES = ["payload", "envelope", "bytes"] as const
type Place = (typeof SIGNED_PLACES)[number]

/** One mutant of one base; where we hold its keys, everything above the damage is signed again. */
export function mutantOf(random: Random, base: Base): Input {
  const places: Place[] = [random.pick(base.keys === null ? UNSIGNED_PLACES : SIGNED_PLACES)]
  while (random.chance(0.25)) places.push(random.pick(base.keys === null ? UNSIGNED_PLACES : SIGNED_PLACES))
  const mutations: string[] = []
  const envelope =
    base.keys === null ? unsigned(random, base, places, mutations) : signed(random, base, base.keys, places, mutations)
  let tree = envelope
  for (const _ of only(places, "envelope"))
    tree = attempt(() => mutate(random, ENVELOPE_MUTATORS, tree, mutations), tree)
  let bytes = writeCbor(tree)
  for (const _ of only(places, "bytes")) bytes = mutate(random, BYTE_MUTATORS, bytes, mutations)
  return { base: base.name, bytes, mutations }
}

function only(places: readonly Place[], wanted: Place): readonly Place[] {
  return places.filter((place) => place === wanted)
}

/** A mutant of a document that cannot be signed again: its signature stays what it was. */
function unsigned(random: Random, base: Base, places: readonly Place[], mutations: string[]): Item {
  const envelope = readCbor(base.bytes)
  const content = envelope.children[2]
  if (content === undefined) throw new Error("no payload")
  const bytes = mutatedPayload(random, readCbor(content.content), places, mutations)
  Object.assign(content, { argument: BigInt(bytes.length), content: bytes })
  return envelope
}

function signed(
  random: Random,
  base: Base,
  keys: readonly KeyPair[],
  places: readonly Place[],
  mutations: string[],
): Item {
  const { chain, payload } = readDocument(base.bytes)
  let path = [...chain]
  for (const place of places) path = mutatedPath(random, path, keys, place, mutations)
  const tree = readCbor(payload)
  placePath(tree, path)
  const leaf = keys.at(-1)
  if (leaf === undefined) throw new Error("no leaf")
  return signedEnvelope(mutatedPayload(random, tree, places, mutations), leaf)
}

/** The root is pinned, so damage there ends early: one time in twenty is enough. */
function mutatedPath(
  random: Random,
  path: Bytes[],
  keys: readonly KeyPair[],
  place: Place,
  mutations: string[],
): Bytes[] {
  if (place === "chain") return mutate(random, CHAIN_MUTATORS, path, mutations)
  if (place !== "body" && place !== "outer") return path
  const index = random.chance(0.05) ? 0 : 1 + random.int(path.length - 1)
  const issuer = keys[Math.max(0, index - 1)]
  const der = path[index]
  if (issuer === undefined || der === undefined) return path
  return attempt(() => path.with(index, mutatedCertificate(random, der, issuer, place, mutations)), path)
}

function mutatedCertificate(
  random: Random,
  der: Bytes,
  issuer: KeyPair,
  place: "body" | "outer",
  mutations: string[],
): Bytes {
  const certificate = readDer(der)
  if (place === "outer") {
    const tree = readDer(signCertificate(certificate, issuer))
    return writeDer(mutate(random, OUTER_MUTATORS, tree, mutations))
  }
  mutate(random, random.pick(BODY_MUTATORS), elementAt(certificate, 0), mutations)
  return signCertificate(certificate, issuer)
}

function mutatedPayload(random: Random, tree: Item, places: readonly Place[], mutations: string[]): Bytes {
  let payload = tree
  for (const _ of only(places, "payload")) {
    payload = attempt(() => mutate(random, random.pick(PAYLOAD_MUTATORS), payload, mutations), payload)
  }
  return writeCbor(payload)
}

/** Damage to what earlier damage removed does nothing. */
function attempt<T>(work: () => T, otherwise: T): T {
  try {
    return work()
  } catch {
    return otherwise
  }
}
