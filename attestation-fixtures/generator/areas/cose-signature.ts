import { p384 } from "@noble/curves/nist.js"
import { sha256, sha512 } from "@noble/hashes/sha2.js"
import { type Bytes, concat } from "../../../shared/bytes.ts"
import { keyPairFrom } from "../../software-nsm/key-pair.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { array, bytes, text } from "../cbor.ts"
import { keyOf, SEED } from "../chain.ts"
import { ES384, signatureOf } from "../document.ts"
import { productionPayload, withEnvelope } from "../mutate.ts"

const ORDER = p384.Point.Fn.ORDER
const payload = productionPayload()
const leafKey = keyOf("leaf")
const raw = signatureOf(payload, leafKey)
const [r, s] = [raw.slice(0, 48), raw.slice(48)]
function withSignature(signature: Uint8Array): Bytes {
  return withEnvelope({ signature: bytes(signature) })
}

function scalar(value: bigint): Bytes {
  return Uint8Array.from({ length: 48 }, (_, index) => Number((value >> BigInt(8 * (47 - index))) & 0xffn))
}

const one = scalar(1n)
const altered = (name: string, title: string, mutation: string, signature: Uint8Array) =>
  refuse("cose-signature-invalid", name, title, mutation, withSignature(signature))

/** The signature itself, and what it covers (RFC 9052 section 4.4). */
export const COSE_SIGNATURE = area("cose", PRODUCTION, [
  altered("r-zero", "r is not zero.", "r is 0", concat(scalar(0n), s)),
  altered("s-zero", "s is not zero.", "s is 0", concat(r, scalar(0n))),
  altered("both-zero", "A signature of zeros signs nothing.", "r and s are 0", new Uint8Array(96)),
  altered("r-order", "r is below the order of the curve.", "r is n", concat(scalar(ORDER), s)),
  altered("s-order", "s is below the order of the curve.", "s is n", concat(r, scalar(ORDER))),
  altered("r-over-order", "r is not taken modulo n.", "r is n + 1", concat(scalar(ORDER + 1n), s)),
  altered("s-over-order", "s is not taken modulo n.", "s is n + 1", concat(r, scalar(ORDER + 1n))),
  altered("both-ones", "A signature of ones signs nothing.", "all 96 bytes are ff", new Uint8Array(96).fill(0xff)),
  altered("r-one-s-one", "A made-up signature verifies under no key.", "r and s are 1", concat(one, one)),
  altered("exchanged", "r and s have an order.", "r and s are exchanged", concat(s, r)),
  altered("r-flipped", "Every bit of r counts.", "the last bit of r is flipped", flipped(47)),
  altered("s-flipped", "Every bit of s counts.", "the last bit of s is flipped", flipped(95)),
  altered(
    "other-key",
    "Another key's signature is not the leaf's.",
    "the instance CA's key signed the document",
    signatureOf(payload, keyOf("instance")),
  ),
  altered(
    "unrelated-key",
    "A key outside the chain signs nothing.",
    "a key of another chain signed the document",
    signatureOf(payload, keyPairFrom(SEED.slice(1), "leaf")),
  ),
  altered(
    "payload-only",
    "What is signed is the Sig_structure, not the payload.",
    "the signature covers the payload's bytes alone",
    ecdsa(payload),
  ),
  altered(
    "other-context",
    "A signature of another COSE structure does not count.",
    "the signature covers a Sig_structure with the context Signature",
    ecdsa(array([text("Signature"), bytes(ES384), bytes(ES384), bytes(new Uint8Array()), bytes(payload)])),
  ),
  altered(
    "external-data",
    "There is no external data.",
    "the signature covers a Sig_structure with four bytes of external data",
    ecdsa(array([text("Signature1"), bytes(ES384), bytes(new Uint8Array(4)), bytes(payload)])),
  ),
  altered(
    "hash-sha256",
    "The hash is SHA-384, not SHA-256.",
    "the signature is over the SHA-256 of the Sig_structure",
    prehashed(sha256(structure())),
  ),
  altered(
    "hash-sha512",
    "The hash is SHA-384, not SHA-512.",
    "the signature is over the SHA-512 of the Sig_structure",
    prehashed(sha512(structure())),
  ),
  refuse(
    "cose-signature-invalid",
    "payload-altered",
    "A payload changed after it was signed is not the enclave's.",
    "one letter of module_id is another, and the signature is the old one",
    withEnvelope({ payload: bytes(alteredPayload()) }),
  ),
])

function flipped(index: number): Bytes {
  const copy = raw.slice()
  copy[index] = (copy[index] ?? 0) ^ 1
  return copy
}

function structure(): Bytes {
  return array([text("Signature1"), bytes(ES384), bytes(new Uint8Array()), bytes(payload)])
}

function ecdsa(message: Uint8Array): Bytes {
  return new Uint8Array(p384.sign(message, leafKey.secret, { lowS: false, prehash: true }))
}

function prehashed(digest: Uint8Array): Bytes {
  return new Uint8Array(p384.sign(digest, leafKey.secret, { lowS: false, prehash: false }))
}

/** Byte 12 is the first of module_id: the map's head, the key's eleven bytes, two of the value's head. */
function alteredPayload(): Bytes {
  const copy = payload.slice()
  copy[payload.indexOf(0x69, 11)] = 0x6a
  return copy
}
