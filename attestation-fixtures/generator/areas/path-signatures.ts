import { concat } from "../../../shared/bytes.ts"
import { bitString, sequence } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { type CertificateParts, ecdsaSignature } from "../certificate.ts"
import { chainParts, keyOf, makeChain } from "../chain.ts"
import { LOOK_ALIKE, OTHER_SEED } from "../look-alike.ts"
import { withCertificate, withChain } from "../mutate.ts"

const chain = makeChain()
const [root, _regional, _zonal, _instance] = chain.cabundle
const CAS = ["regional", "zonal", "instance"] as const
const NON_ROOT = [...CAS, "leaf"] as const

const ORDER = Uint8Array.from(
  "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973".match(/../g) ?? [],
  (byte) => Number.parseInt(byte, 16),
)

/** Signatures (RFC 5280 section 6.1.3 a 1). */
export const PATH_SIGNATURES = area("path", PRODUCTION, [
  ...NON_ROOT.map((level) =>
    refuse(
      "path-signature-invalid",
      `signature-${level}`,
      "Every certificate is signed by the one before it.",
      `the last bit of the ${level} certificate's signature is flipped`,
      withCertificate(level, (parts) => ({ ...parts, signature: (raw) => parts.signature(flippedLast(raw)) })),
    ),
  ),
  ...NON_ROOT.map((level) =>
    refuse(
      "path-signature-invalid",
      `signer-${level}`,
      "The right issuer's name does not make up for the wrong key.",
      `the ${level} certificate is signed by another key than its issuer's`,
      withCertificate(level, (parts) => ({ ...parts, signer: keyOf("somebody else") })),
    ),
  ),
  refuse(
    "path-signature-invalid",
    "grafted",
    "A look-alike chain below the pinned root is not the root's.",
    "everything below the pinned root is of another chain with the same names",
    withChain({ ...LOOK_ALIKE, cabundle: [root ?? new Uint8Array(), ...LOOK_ALIKE.cabundle.slice(1)] }),
  ),
  refuse(
    "path-signature-invalid",
    "other-key-same-name",
    "An authority's name under another key issued nothing.",
    "the zonal certificate has another key, and what is below it is signed by the old one",
    withCertificate("zonal", (parts) => ({ ...parts, publicKeyInfo: chainParts(OTHER_SEED).zonal.publicKeyInfo })),
  ),
  refuse(
    "path-signature-invalid",
    "signed-part-altered",
    "What is signed cannot be changed.",
    "the leaf's serial number is another one than what was signed",
    withCertificate("leaf", alteredAfterSigning),
  ),
  ...(
    [
      ["r-zero", "r is 0", (raw: Uint8Array) => concat(new Uint8Array(48), raw.subarray(48))],
      ["s-zero", "s is 0", (raw: Uint8Array) => concat(raw.subarray(0, 48), new Uint8Array(48))],
      ["r-order", "r is n", (raw: Uint8Array) => concat(ORDER, raw.subarray(48))],
      ["s-order", "s is n", (raw: Uint8Array) => concat(raw.subarray(0, 48), ORDER)],
    ] as const
  ).map(([name, what, form]) =>
    refuse(
      "path-signature-invalid",
      `signature-${name}`,
      "r and s are 1 to n - 1.",
      `in the zonal certificate's signature, ${what}`,
      withCertificate("zonal", (parts) => ({ ...parts, signature: (raw) => bitString(ecdsaSignature(form(raw))) })),
    ),
  ),
])

function flippedLast(raw: Uint8Array) {
  const copy = new Uint8Array(raw)
  copy[95] = (copy[95] ?? 0) ^ 1
  return copy
}

function alteredAfterSigning(parts: CertificateParts): CertificateParts {
  const serial = parts.serial.toString()
  return {
    ...parts,
    whole: ([signedPart = new Uint8Array(), ...rest]) => {
      const copy = new Uint8Array(signedPart)
      // The version takes 5 bytes after the SEQUENCE's 4; the serial number's last byte follows at its length.
      const last = 4 + 5 + parts.serial.length - 1
      if (copy.subarray(9, 9 + parts.serial.length).toString() !== serial) throw new Error("no serial number there")
      copy[last] = (copy[last] ?? 0) ^ 1
      return sequence(copy, ...rest)
    },
  }
}
