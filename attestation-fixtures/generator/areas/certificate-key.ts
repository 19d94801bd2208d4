import { ed25519 } from "@noble/curves/ed25519.js"
import { p256, p384, p521 } from "@noble/curves/nist.js"
import { sha512 } from "@noble/hashes/sha2.js"
import { type Bytes, concat } from "../../../shared/bytes.ts"
import { bitString, oid, sequence, tlv, unsigned } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { keyOf, type Level, SEED } from "../chain.ts"
import { algorithm, ecKeyInfo, NULL, OID } from "../der.ts"
import { withCertificate } from "../mutate.ts"

const point = keyOf("leaf").point
const x = point.slice(1, 49)
const y = point.slice(49)
const PRIME = p384.Point.Fp.ORDER

const withKey = (level: Level, publicKeyInfo: Uint8Array) =>
  withCertificate(level, (parts) => ({ ...parts, publicKeyInfo }))
const pointCase = (name: string, title: string, mutation: string, encoded: Uint8Array) =>
  refuse("certificate-point", `point-${name}`, title, mutation, withKey("leaf", ecKeyInfo(OID.p384, encoded)))

/** The leaf's point (SEC 1 section 2.3.3; RFC 5480 section 2.2). */
export const CERTIFICATE_POINT = area("certificate", PRODUCTION, [
  pointCase(
    "compressed",
    "Keys are uncompressed points.",
    "the leaf's point is compressed",
    concat(Uint8Array.of(2 + ((y[47] ?? 0) & 1)), x),
  ),
  pointCase(
    "hybrid",
    "Hybrid points are not read.",
    "the leaf's point is hybrid",
    concat(Uint8Array.of(6 + ((y[47] ?? 0) & 1)), x, y),
  ),
  pointCase("off-curve", "Keys are on the curve.", "the last bit of the leaf's y is flipped", flippedLast(point)),
  pointCase("infinity", "The point at infinity is no key.", "the leaf's point is the byte 00", new Uint8Array(1)),
  pointCase(
    "origin",
    "Zeros are no key.",
    "the leaf's coordinates are zero",
    concat(Uint8Array.of(4), new Uint8Array(96)),
  ),
  pointCase(
    "coordinate-prime",
    "Coordinates are below the prime.",
    "the leaf's x is the prime itself",
    concat(Uint8Array.of(4), bigEndian(PRIME), y),
  ),
  pointCase("of-96", "A point has 97 bytes.", "the leaf's point lacks its last byte", point.slice(0, -1)),
  pointCase(
    "of-98",
    "A point has no more than 97 bytes.",
    "a byte 00 follows the leaf's point",
    concat(point, new Uint8Array(1)),
  ),
  pointCase(
    "of-513",
    "An oversized point is not read.",
    "the leaf's point has 513 bytes",
    concat(Uint8Array.of(4), new Uint8Array(512).fill(1)),
  ),
  pointCase("empty", "A key has a point.", "the leaf's point is empty", new Uint8Array()),
  refuse(
    "certificate-malformed",
    "point-unused-bits",
    "A point is whole bytes.",
    "one bit of the leaf's point is unused",
    withKey("leaf", sequence(algorithm(OID.ecPublicKey, oid(OID.p384)), bitString(point, 1))),
  ),
  refuse(
    "certificate-malformed",
    "key-trailing",
    "Nothing follows a key's point.",
    "a NULL follows the leaf's point",
    withKey("leaf", sequence(algorithm(OID.ecPublicKey, oid(OID.p384)), bitString(point), NULL)),
  ),
  refuse(
    "certificate-point",
    "point-off-curve-ca",
    "The authorities' keys are on the curve too.",
    "the last bit of the zonal key's y is flipped",
    withKey("zonal", ecKeyInfo(OID.p384, flippedLast(keyOf("zonal").point))),
  ),
])

const curve = (name: string, mutation: string, level: Level, info: Uint8Array) =>
  refuse("certificate-curve", `curve-${name}`, "Keys are on secp384r1, by its name.", mutation, withKey(level, info))

/** Curves (RFC 5480 section 2.1.1) and algorithms. */
export const CERTIFICATE_ALGORITHM = area("certificate", PRODUCTION, [
  curve("p256", "the leaf's key is on P-256", "leaf", ecKeyInfo(OID.p256, pointOn(p256, 48))),
  curve("p521", "the leaf's key is on P-521", "leaf", ecKeyInfo(OID.p521, pointOn(p521, 99))),
  curve("p256-ca", "the instance CA's key is on P-256", "instance", ecKeyInfo(OID.p256, pointOn(p256, 48))),
  curve("secp256k1-name", "the leaf's curve is called secp256k1", "leaf", ecKeyInfo("1.3.132.0.10", point)),
  curve(
    "explicit",
    "the leaf's curve is given by its parameters",
    "leaf",
    sequence(algorithm(OID.ecPublicKey, explicitParameters()), bitString(point)),
  ),
  curve(
    "implicit",
    "the leaf's curve is NULL, taken from the authority",
    "leaf",
    sequence(algorithm(OID.ecPublicKey, NULL), bitString(point)),
  ),
  ...(
    [
      ["rsa", rsaKeyInfo(), "The leaf's key is no RSA key.", "the leaf's key is RSA with 2048 bits"],
      ["ed25519", ed25519KeyInfo(), "The leaf's key is no Edwards key.", "the leaf's key is Ed25519"],
      [
        "ecdh",
        sequence(algorithm("1.3.132.1.12", oid(OID.p384)), bitString(point)),
        "A key for ECDH signs nothing.",
        "the leaf's key is of type id-ecDH",
      ],
    ] as const
  ).map(([name, info, title, mutation]) =>
    refuse("certificate-algorithm", `key-${name}`, title, mutation, withKey("leaf", info)),
  ),
  refuse(
    "certificate-algorithm",
    "algorithm-inner",
    "Both names of the signature's algorithm are the same.",
    "the signed part of the leaf says ecdsa-with-SHA256, the outside ecdsa-with-SHA384",
    withCertificate("leaf", (parts) => ({ ...parts, innerAlgorithm: algorithm(OID.ecdsaWithSha256) })),
  ),
  refuse(
    "certificate-algorithm",
    "algorithm-outer",
    "What is not signed cannot name another algorithm.",
    "the outside of the leaf says ecdsa-with-SHA256, the signed part ecdsa-with-SHA384",
    withCertificate("leaf", (parts) => ({ ...parts, outerAlgorithm: algorithm(OID.ecdsaWithSha256) })),
  ),
  ...(
    [
      ["sha256", algorithm(OID.ecdsaWithSha256), "ecdsa-with-SHA256"],
      ["rsa", algorithm(OID.sha384WithRsa, NULL), "sha384WithRSAEncryption"],
      ["null-parameters", algorithm(OID.ecdsaWithSha384, NULL), "ecdsa-with-SHA384 with NULL for parameters"],
    ] as const
  ).map(([name, identifier, what]) =>
    refuse(
      "certificate-algorithm",
      `algorithm-${name}`,
      "Certificates are signed with ecdsa-with-SHA384, without parameters.",
      `the zonal certificate says ${what}, inside and outside`,
      withCertificate("zonal", (parts) => ({ ...parts, innerAlgorithm: identifier, outerAlgorithm: identifier })),
    ),
  ),
])

/** A test key's uncompressed point on another curve. */
function pointOn(curve: typeof p256 | typeof p521, seedLength: number): Uint8Array {
  const { publicKey } = curve.keygen(concat(sha512(SEED), sha512(concat(SEED, SEED))).slice(0, seedLength))
  return curve.Point.fromBytes(publicKey).toBytes(false)
}

function bigEndian(value: bigint): Bytes {
  return Uint8Array.from({ length: 48 }, (_, index) => Number((value >> BigInt(8 * (47 - index))) & 0xffn))
}

function flippedLast(bytes: Uint8Array): Bytes {
  const copy = new Uint8Array(bytes)
  copy[copy.length - 1] = (copy[copy.length - 1] ?? 0) ^ 1
  return copy
}

/** ECParameters (RFC 3279 section 2.3.5), with a generator of the attacker's choosing: the leaf's own key. */
function explicitParameters(): Bytes {
  const { a, b, h, n, p } = p384.Point.CURVE()
  const integer = (value: bigint) => unsigned(bigEndian(value))
  const field = sequence(oid("1.2.840.10045.1.1"), integer(p))
  const equation = sequence(tlv(0x04, bigEndian(a)), tlv(0x04, bigEndian(b)))
  return sequence(integer(1n), field, equation, tlv(0x04, point), integer(n), integer(h))
}

/** The modulus is a hash, not a product of primes: nobody verifies with it. */
function rsaKeyInfo(): Bytes {
  const blocks = [0, 1, 2, 3].map((index) => sha512(concat(SEED, Uint8Array.of(index))))
  const modulus = concat(...blocks)
  modulus[0] = (modulus[0] ?? 0) | 0x80
  modulus[255] = (modulus[255] ?? 0) | 1
  const key = sequence(unsigned(modulus), unsigned(Uint8Array.of(1, 0, 1)))
  return sequence(algorithm(OID.rsaEncryption, NULL), bitString(key))
}

function ed25519KeyInfo(): Bytes {
  return sequence(algorithm("1.3.101.112"), bitString(ed25519.getPublicKey(SEED.slice(0, 32))))
}
