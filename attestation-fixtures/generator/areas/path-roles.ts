import { bitString, boolean, oid, sequence } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { caConstraints, caUsage, makeCertificate } from "../certificate.ts"
import { type Chain, type Change, chainParts, keyOf, makeChain } from "../chain.ts"
import { ecKeyInfo, extension, name, OID } from "../der.ts"
import { withCertificate, withChain } from "../mutate.ts"

const chain = makeChain()
const [root, _regional, _zonal, _instance] = chain.cabundle
const CAS = ["regional", "zonal", "instance"] as const
const constraintsFirst =
  (first: Uint8Array | null): Change =>
  (parts) => ({
    ...parts,
    extensions: [...(first === null ? [] : [first]), ...parts.extensions.slice(1)],
  })
const EMPTY_CONSTRAINTS = extension(OID.basicConstraints, true, sequence())

/** Who may issue, how far, and for what (RFC 5280 section 6.1.4 k to n). */
export const PATH_ROLES = area("path", PRODUCTION, [
  ...CAS.flatMap((level) => [
    refuse(
      "path-not-a-ca",
      `no-ca-flag-${level}`,
      "Whoever issues certificates has the CA flag.",
      `the ${level} certificate's basicConstraints is empty`,
      withCertificate(level, constraintsFirst(EMPTY_CONSTRAINTS)),
    ),
    refuse(
      "path-not-a-ca",
      `no-constraints-${level}`,
      "Whoever issues certificates has basicConstraints.",
      `the ${level} certificate has no basicConstraints`,
      withCertificate(level, constraintsFirst(null)),
    ),
  ]),
  refuse(
    "path-leaf-is-a-ca",
    "leaf-is-a-ca",
    "The leaf is no authority.",
    "the leaf has the CA flag",
    withCertificate("leaf", constraintsFirst(extension(OID.basicConstraints, true, sequence(boolean(true))))),
  ),
  refuse(
    "path-leaf-is-a-ca",
    "instance-as-leaf",
    "An authority's certificate cannot stand for the leaf.",
    "the instance CA is the document's certificate, and its key signed the document",
    withChain({
      cabundle: chain.cabundle.slice(0, 3),
      leaf: chain.cabundle[3] ?? root ?? new Uint8Array(),
      leafKey: keyOf("instance"),
    }),
  ),
  refuse(
    "path-length",
    "zonal-0",
    "A path length of 0 allows no authority below.",
    "the zonal certificate's path length is 0",
    withCertificate("zonal", constraintsFirst(caConstraints(0))),
  ),
  refuse(
    "path-length",
    "regional-0",
    "A path length bounds all authorities below.",
    "the regional certificate's path length is 0",
    withCertificate("regional", constraintsFirst(caConstraints(0))),
  ),
  refuse(
    "path-length",
    "regional-1",
    "A path length one too small is too small.",
    "the regional certificate's path length is 1",
    withCertificate("regional", constraintsFirst(caConstraints(1))),
  ),
  refuse(
    "path-length",
    "one-more-authority",
    "An instance CA makes no further authority.",
    "an authority that the instance CA issued stands between it and the leaf",
    withChain(oneMoreAuthority()),
  ),
  ...(
    [
      ["regional", caUsage(0x02, 1), "cRLSign alone"],
      ["zonal", caUsage(0x80, 7), "digitalSignature alone"],
      ["instance", caUsage(0x08, 3), "keyAgreement alone"],
    ] as const
  ).map(([level, usage, what]) =>
    refuse(
      "path-key-usage",
      `usage-${level}`,
      "Whoever issues certificates has keyCertSign.",
      `the ${level} certificate's keyUsage is ${what}`,
      withCertificate(level, replaceUsage(usage)),
    ),
  ),
  ...CAS.map((level) =>
    refuse(
      "path-key-usage",
      `no-usage-${level}`,
      "An authority without keyUsage is not allowed everything.",
      `the ${level} certificate has no keyUsage`,
      withCertificate(level, replaceUsage(null)),
    ),
  ),
  refuse(
    "path-key-usage",
    "usage-leaf",
    "The leaf's key may sign.",
    "the leaf's keyUsage is keyAgreement alone",
    withCertificate("leaf", replaceUsage(extension(OID.keyUsage, false, bitString(Uint8Array.of(0x08), 3)))),
  ),
  refuse(
    "path-key-usage",
    "usage-leaf-non-repudiation",
    "nonRepudiation is not digitalSignature.",
    "the leaf's keyUsage is nonRepudiation alone",
    withCertificate("leaf", replaceUsage(extension(OID.keyUsage, false, bitString(Uint8Array.of(0x40), 6)))),
  ),
  ...(
    [
      ["unknown", "1.3.6.1.4.1.99999.1", "an extension that nobody knows", "leaf"],
      ["name-constraints", OID.nameConstraints, "nameConstraints", "regional"],
      ["policy-constraints", OID.policyConstraints, "policyConstraints", "zonal"],
      ["extended-key-usage", OID.extendedKeyUsage, "extKeyUsage", "leaf"],
      ["crl-points", OID.crlDistributionPoints, "cRLDistributionPoints", "instance"],
    ] as const
  ).map(([name, id, what, level]) =>
    refuse(
      "path-critical-extension",
      `critical-${name}`,
      "What is critical and not understood is refused.",
      `the ${level} certificate has ${what}, critical`,
      withCertificate(level, (parts) => ({
        ...parts,
        extensions: [...parts.extensions, extension(id, true, sequence())],
      })),
    ),
  ),
])

/** keyUsage is the last of the root's profile but for the leaf and the instance CA, so it is found by its identifier. */
function replaceUsage(usage: Uint8Array | null): Change {
  const id = oid(OID.keyUsage).toString()
  return (parts) => ({
    ...parts,
    extensions: parts.extensions.flatMap((each) => {
      if (each.subarray(2, 7).toString() !== id) return [each]
      return usage === null ? [] : [usage]
    }),
  })
}

function oneMoreAuthority(): Chain {
  const parts = chainParts()
  const key = keyOf("one more authority")
  const subject = name(["CN", "one more authority"])
  const made = makeCertificate({
    ...parts.instance,
    issuer: parts.instance.subject,
    publicKeyInfo: ecKeyInfo(OID.p384, key.point),
    signer: keyOf("instance"),
    subject,
  })
  const leaf = makeCertificate({ ...parts.leaf, issuer: subject, signer: key })
  return { cabundle: [...chain.cabundle, made], leaf, leafKey: keyOf("leaf") }
}
