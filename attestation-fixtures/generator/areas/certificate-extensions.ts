import { concat } from "../../../shared/bytes.ts"
import { bitString, boolean, octetString, oid, sequence, tlv, unsigned } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { type CertificateParts, caConstraints } from "../certificate.ts"
import type { Change, Level } from "../chain.ts"
import { indefinite, NULL, OID } from "../der.ts"
import { withCertificate } from "../mutate.ts"

const malformed = (name: string, title: string, mutation: string, level: Level, change: Change) =>
  refuse("certificate-malformed", name, title, mutation, withCertificate(level, change))
const replaced = (parts: CertificateParts, index: number, value: Uint8Array) => ({
  ...parts,
  extensions: parts.extensions.map((each, at) => (at === index ? value : each)),
})

/** Extensions and what is in them (X.690 section 11, RFC 5280 section 4.2). */
export const CERTIFICATE_EXTENSIONS = area("certificate", PRODUCTION, [
  ...(
    [
      [
        "critical-01",
        extensionOf(OID.basicConstraints, tlv(0x01, Uint8Array.of(1)), sequence()),
        "TRUE is ff",
        "critical is 01",
      ],
      [
        "critical-false",
        extensionOf(OID.basicConstraints, boolean(false), sequence()),
        "A default is not written out",
        "critical is written out as FALSE",
      ],
      [
        "critical-two-bytes",
        extensionOf(OID.basicConstraints, tlv(0x01, Uint8Array.of(0xff, 0xff)), sequence()),
        "A BOOLEAN has one byte",
        "critical has two bytes",
      ],
      [
        "critical-empty",
        extensionOf(OID.basicConstraints, tlv(0x01), sequence()),
        "A BOOLEAN is not empty",
        "critical has no content",
      ],
      [
        "extension-trailing",
        sequence(oid(OID.basicConstraints), boolean(true), octetString(sequence()), NULL),
        "An extension has three parts at most",
        "a NULL follows its value",
      ],
      [
        "constraints-trailing",
        extensionOf(OID.basicConstraints, boolean(true), concat(sequence(), NULL)),
        "Nothing follows an extension's value",
        "a NULL follows the SEQUENCE in its value",
      ],
      [
        "constraints-false",
        extensionOf(OID.basicConstraints, boolean(true), sequence(boolean(false))),
        "A default is not written out in basicConstraints",
        "cA is written out as FALSE",
      ],
      [
        "constraints-length-alone",
        extensionOf(OID.basicConstraints, boolean(true), sequence(unsigned(Uint8Array.of(0)))),
        "A path length needs the CA flag",
        "it has a path length and no CA flag",
      ],
      [
        "constraints-indefinite",
        extensionOf(OID.basicConstraints, boolean(true), indefinite(0x30, new Uint8Array())),
        "DER lengths are definite within extensions too",
        "the SEQUENCE in its value has an indefinite length",
      ],
      [
        "constraints-not-a-sequence",
        extensionOf(OID.basicConstraints, boolean(true), NULL),
        "basicConstraints is a SEQUENCE",
        "its value is NULL",
      ],
      [
        "constraints-empty-value",
        extensionOf(OID.basicConstraints, boolean(true), new Uint8Array()),
        "basicConstraints is not empty",
        "its value has no bytes",
      ],
      [
        "oid-long",
        sequence(tlv(0x06, Uint8Array.of(0x80, 0x55, 0x1d, 0x13)), boolean(true), octetString(sequence())),
        "Object identifiers have their shortest form",
        "its identifier begins with 80",
      ],
    ] as const
  ).map(([name, value, title, what]) =>
    malformed(name, `${title}.`, `in the leaf's basicConstraints, ${what}`, "leaf", (parts) =>
      replaced(parts, 0, value),
    ),
  ),
  ...(
    [
      [
        "ca-01",
        sequence(tlv(0x01, Uint8Array.of(1)), unsigned(Uint8Array.of(0))),
        "TRUE is ff in basicConstraints too",
        "cA is 01",
      ],
      [
        "path-length-256",
        sequence(boolean(true), unsigned(Uint8Array.of(1, 0))),
        "A path length is at most 255",
        "the path length is 256",
      ],
      [
        "path-length-of-nine-bytes",
        sequence(boolean(true), unsigned(new Uint8Array(9).fill(0x7f))),
        "A path length is not taken modulo 2^64",
        "the path length has nine bytes",
      ],
      [
        "path-length-negative",
        sequence(boolean(true), tlv(0x02, Uint8Array.of(0xff))),
        "A path length is not negative",
        "the path length is -1",
      ],
      [
        "path-length-long",
        sequence(boolean(true), tlv(0x02, Uint8Array.of(0, 0))),
        "Path lengths have their shortest form",
        "the path length is 00 00",
      ],
      [
        "path-length-twice",
        sequence(boolean(true), unsigned(Uint8Array.of(0)), unsigned(Uint8Array.of(9))),
        "Nothing follows the path length",
        "the path length stands there twice, as 0 and 9",
      ],
    ] as const
  ).map(([name, value, title, what]) =>
    malformed(name, `${title}.`, `in the instance CA's basicConstraints, ${what}`, "instance", (parts) =>
      replaced(parts, 0, extensionOf(OID.basicConstraints, boolean(true), value)),
    ),
  ),
  ...(
    [
      ["usage-trailing-zeros", bitString(Uint8Array.of(0x04), 0), "trailing zero bits are written out"],
      ["usage-unused-bits-set", bitString(Uint8Array.of(0x07), 2), "the unused bits are set"],
      ["usage-eight-unused", bitString(Uint8Array.of(0x04), 8), "eight bits are unused"],
      ["usage-empty", bitString(new Uint8Array()), "no bit is set"],
      ["usage-zero-byte", bitString(Uint8Array.of(0x00), 0), "eight zero bits stand for no use"],
      ["usage-no-content", tlv(0x03), "the BIT STRING has no content"],
      ["usage-octets", octetString(Uint8Array.of(0x04)), "it is an OCTET STRING"],
      ["usage-trailing", concat(bitString(Uint8Array.of(0x04), 2), NULL), "a NULL follows the BIT STRING"],
    ] as const
  ).map(([name, value, what]) =>
    malformed(
      name,
      "keyUsage has one spelling, and names a use.",
      `in the instance CA's keyUsage, ${what}`,
      "instance",
      (parts) => replaced(parts, 1, extensionOf(OID.keyUsage, boolean(true), value)),
    ),
  ),
  malformed(
    "extensions-empty",
    "Extensions are one or more.",
    "the leaf's list of extensions is empty",
    "leaf",
    (parts) => ({
      ...parts,
      signedPart: (fields) => sequence(...fields.slice(0, 7), tlv(0xa3, sequence())),
    }),
  ),
  ...(
    [
      ["key-usage-twice", "instance", 1],
      ["basic-constraints-twice", "zonal", 0],
      ["crl-points-twice", "zonal", 4],
    ] as const
  ).map(([name, level, index]) =>
    refuse(
      "certificate-duplicate-extension",
      name,
      "An extension twice could be read as either.",
      `extension ${index + 1} of the ${level} certificate stands there twice`,
      withCertificate(level, (parts) => ({
        ...parts,
        extensions: [...parts.extensions, ...parts.extensions.slice(index, index + 1)],
      })),
    ),
  ),
  refuse(
    "certificate-duplicate-extension",
    "basic-constraints-two-values",
    "A second basicConstraints cannot lift the first one's limit.",
    "the instance CA has a second basicConstraints, without a path length",
    withCertificate("instance", (parts) => ({ ...parts, extensions: [...parts.extensions, caConstraints(null)] })),
  ),
])

function extensionOf(id: string, critical: Uint8Array, value: Uint8Array) {
  return sequence(oid(id), critical, octetString(value))
}
