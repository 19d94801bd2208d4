import { utf8 } from "../../../shared/bytes.ts"
import { unsigned as integer, oid, sequence, set, time, tlv } from "../../software-nsm/der.ts"
import { PRODUCTION, TIME } from "../bases.ts"
import { accept, area, type Clause } from "../case.ts"
import { caConstraints, caUsage, crlPoint, LEAF_CONSTRAINTS, makeCertificate } from "../certificate.ts"
import { type Chain, type Change, chainParts, keyOf, type Level, MODULE_ID, makeChain } from "../chain.ts"
import { ecKeyInfo, extension, generalizedTime, name, OID, printableString } from "../der.ts"
import { withCertificate, withChain } from "../mutate.ts"
import { isHigh, signedSo, withLeafKey } from "../search.ts"

const chain = makeChain()

const certificate = (clause: Clause, name: string, title: string, mutation: string, level: Level, to: Change) =>
  accept(clause, name, title, mutation, withCertificate(level, to))
const appended =
  (...more: readonly Uint8Array[]): Change =>
  (parts) => ({ ...parts, extensions: [...parts.extensions, ...more] })
const extensionsOf =
  (...list: readonly Uint8Array[]): Change =>
  (parts) => ({ ...parts, extensions: list })
const PRIVATE = "1.3.6.1.4.1.99999.1"

/** Certificates within the profile. */
export const ACCEPTED_CERTIFICATES = area("accepted", PRODUCTION, [
  certificate(
    "ATT-24",
    "unknown-extension",
    "What is not critical need not be understood.",
    "the leaf has an extension that nobody knows",
    "leaf",
    appended(extension(PRIVATE, false, sequence())),
  ),
  certificate(
    "ATT-19",
    "unknown-extension-not-der",
    "What is not understood is not looked into.",
    "the zonal certificate has an extension that nobody knows, with bytes that are no DER",
    "zonal",
    appended(extension(PRIVATE, false, Uint8Array.of(0xff, 0xff))),
  ),
  certificate(
    "ATT-24",
    "crl-point-on-instance",
    "An instance CA may say where its list is.",
    "the instance certificate has cRLDistributionPoints",
    "instance",
    appended(crlPoint("http://crl.invalid/instance.crl")),
  ),
  certificate(
    "ATT-24",
    "no-crl-points",
    "Revocation is not checked, so nothing has to say where.",
    "the zonal certificate has no cRLDistributionPoints",
    "zonal",
    (parts) => ({ ...parts, extensions: parts.extensions.slice(0, -1) }),
  ),
  certificate(
    "ATT-24",
    "no-key-identifiers",
    "Until July 2024 instance CAs had no key identifiers.",
    "the instance certificate has neither",
    "instance",
    (parts) => ({ ...parts, extensions: parts.extensions.slice(0, 2) }),
  ),
  certificate(
    "ATT-28",
    "leaf-without-usage",
    "A leaf without keyUsage is not restricted.",
    "the leaf has no keyUsage",
    "leaf",
    extensionsOf(LEAF_CONSTRAINTS),
  ),
  certificate(
    "ATT-26",
    "leaf-without-constraints",
    "A leaf without basicConstraints is no authority.",
    "the leaf has no basicConstraints",
    "leaf",
    (parts) => ({ ...parts, extensions: parts.extensions.slice(1) }),
  ),
  certificate(
    "ATT-28",
    "leaf-signs-only",
    "digitalSignature alone is enough.",
    "the leaf's keyUsage is digitalSignature alone, critical",
    "leaf",
    extensionsOf(LEAF_CONSTRAINTS, caUsage(0x80, 7)),
  ),
  certificate(
    "ATT-28",
    "regional-without-signature",
    "An authority need not sign anything but certificates and lists.",
    "the regional certificate's keyUsage is keyCertSign and cRLSign",
    "regional",
    (parts) => ({
      ...parts,
      extensions: parts.extensions.map((each, index) => (index === 3 ? caUsage(0x06, 1) : each)),
    }),
  ),
  certificate(
    "ATT-27",
    "no-path-length",
    "An authority without a path length is not bounded.",
    "the regional certificate has no path length",
    "regional",
    pathLength(null),
  ),
  certificate(
    "ATT-19",
    "path-length-255",
    "A path length may be large.",
    "the regional certificate's path length is 255",
    "regional",
    pathLength(255),
  ),
  certificate(
    "ATT-19",
    "serial-of-20",
    "A serial number has up to 20 bytes.",
    "the zonal serial number has 20 bytes",
    "zonal",
    (parts) => ({ ...parts, serial: integer(new Uint8Array(20).fill(0x11)) }),
  ),
  certificate(
    "ATT-19",
    "serial-of-20-high",
    "The 20 bytes of a serial number are its magnitude's.",
    "the zonal serial number has 21 octets, a zero byte and 20 bytes of ee, as most genuine instance CAs have",
    "zonal",
    (parts) => ({ ...parts, serial: integer(new Uint8Array(20).fill(0xee)) }),
  ),
  certificate(
    "ATT-19",
    "serial-leading-zero",
    "A zero byte keeps a serial number positive.",
    "the zonal serial number is 00 80",
    "zonal",
    (parts) => ({ ...parts, serial: integer(Uint8Array.of(0x80)) }),
  ),
  certificate(
    "ATT-19",
    "subject-other-order",
    "The parts of a name have any order.",
    "the leaf's subject begins with its common name",
    "leaf",
    (parts) => ({ ...parts, subject: name(["CN", MODULE_ID], ["OU", "Parley"], ["O", "SIMULATED"], ["C", "US"]) }),
  ),
  certificate(
    "ATT-19",
    "subject-printable",
    "Names may be PrintableStrings.",
    "the leaf's common name is a PrintableString",
    "leaf",
    (parts) => ({ ...parts, subject: sequence(set(sequence(oid("2.5.4.3"), printableString(MODULE_ID)))) }),
  ),
  certificate(
    "ATT-19",
    "subject-ia5",
    "Names may be IA5Strings.",
    "the leaf's subject is a domain component",
    "leaf",
    (parts) => ({
      ...parts,
      subject: sequence(set(sequence(oid("0.9.2342.19200300.100.1.25"), tlv(0x16, utf8("aws"))))),
    }),
  ),
  certificate(
    "ATT-19",
    "subject-not-ascii",
    "Names may have any letters.",
    "the leaf's organisation has an umlaut",
    "leaf",
    (parts) => ({ ...parts, subject: name(["O", "SIMULATED GmbH & Söhne"], ["CN", MODULE_ID]) }),
  ),
  certificate(
    "ATT-30",
    "leaf-begins-now",
    "The first second of a certificate is its own.",
    "the leaf begins at the time given",
    "leaf",
    (parts) => ({ ...parts, notBefore: time(new Date(TIME)) }),
  ),
  certificate(
    "ATT-30",
    "leaf-ends-now",
    "The last second of a certificate is its own.",
    "the leaf ends at the time given",
    "leaf",
    (parts) => ({ ...parts, notAfter: time(new Date(TIME)) }),
  ),
  certificate(
    "ATT-30",
    "regional-begins-now",
    "An authority's first second counts.",
    "the regional certificate begins at the time given",
    "regional",
    (parts) => ({ ...parts, notBefore: time(new Date(TIME)) }),
  ),
  certificate(
    "ATT-30",
    "regional-ends-now",
    "An authority's last second counts.",
    "the regional certificate ends at the time given",
    "regional",
    (parts) => ({ ...parts, notAfter: time(new Date(TIME)) }),
  ),
  certificate(
    "ATT-19",
    "ends-in-2050",
    "From 2050 on instants have four digits for the year.",
    "the regional certificate ends in 2050",
    "regional",
    (parts) => ({ ...parts, notAfter: generalizedTime("20500101000000Z") }),
  ),
  certificate(
    "ATT-19",
    "ends-never",
    "The end of time is an instant.",
    "the regional certificate ends at the end of 9999",
    "regional",
    (parts) => ({ ...parts, notAfter: generalizedTime("99991231235959Z") }),
  ),
  certificate(
    "ATT-19",
    "ends-on-leap-day",
    "29 February is on the calendar of a leap year.",
    "the regional certificate ends on 29 February 2028",
    "regional",
    (parts) => ({ ...parts, notAfter: time(new Date("2028-02-29T12:00:00Z")) }),
  ),
  certificate(
    "ATT-29",
    "signature-of-47",
    "A certificate's r may have 47 bytes.",
    "the zonal serial number is such that r begins with 00",
    "zonal",
    signedSo((raw) => raw[0] === 0),
  ),
  certificate(
    "ATT-29",
    "signature-high-s",
    "A certificate's s may be high.",
    "the zonal serial number is such that s is over n / 2",
    "zonal",
    signedSo(isHigh),
  ),
  certificate(
    "ATT-29",
    "signature-low-s",
    "A certificate's s may be low.",
    "the zonal serial number is such that s is not over n / 2",
    "zonal",
    signedSo((raw) => !isHigh(raw)),
  ),
  accept(
    "ATT-23",
    "x-leading-zero",
    "A coordinate may begin with a zero byte.",
    "the leaf's key is another one, whose x begins with 00",
    withLeafKey((point) => point[1] === 0),
  ),
  accept(
    "ATT-23",
    "y-leading-zero",
    "Either coordinate may begin with a zero byte.",
    "the leaf's key is another one, whose y begins with 00",
    withLeafKey((point) => point[49] === 0),
  ),
  accept(
    "ATT-18",
    "root-and-leaf",
    "A root may issue a leaf itself.",
    "the leaf is issued by the root, and cabundle holds that alone",
    withChain(shortest()),
  ),
  accept(
    "ATT-18",
    "eight-certificates",
    "A path has up to eight certificates.",
    "three more authorities stand between zonal and instance, and none has a path length",
    withChain(longest()),
  ),
])

function pathLength(limit: number | null): Change {
  return (parts) => ({ ...parts, extensions: [caConstraints(limit), ...parts.extensions.slice(1)] })
}

function shortest(): Chain {
  const { leaf, root } = chainParts()
  const issued = makeCertificate({ ...leaf, issuer: root.subject, signer: keyOf("root") })
  return { cabundle: chain.cabundle.slice(0, 1), leaf: issued, leafKey: keyOf("leaf") }
}

/** Root, regional, zonal, three more, instance, leaf. */
function longest(): Chain {
  const parts = chainParts()
  const unbounded = [parts.regional, parts.zonal].map((each) => makeCertificate(pathLength(null)(each)))
  const made: Uint8Array[] = [makeCertificate(parts.root), ...unbounded]
  let issuer = { key: keyOf("zonal"), subject: parts.zonal.subject }
  for (const label of ["more 1", "more 2", "more 3"]) {
    const key = keyOf(label)
    const subject = name(["CN", label])
    const certified = {
      issuer: issuer.subject,
      publicKeyInfo: ecKeyInfo(OID.p384, key.point),
      signer: issuer.key,
      subject,
    }
    made.push(makeCertificate({ ...pathLength(null)(parts.zonal), ...certified }))
    issuer = { key, subject }
  }
  made.push(makeCertificate({ ...parts.instance, issuer: issuer.subject, signer: issuer.key }))
  return {
    cabundle: made.map((each) => new Uint8Array(each)),
    leaf: makeCertificate(parts.leaf),
    leafKey: keyOf("leaf"),
  }
}
