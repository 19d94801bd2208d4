import { oid, sequence, set, utf8String } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { type Chain, makeChain } from "../chain.ts"
import { name, printableString } from "../der.ts"
import { OTHER_ROOT } from "../look-alike.ts"
import { withCertificate, withChain } from "../mutate.ts"

const chain = makeChain()
const [root, regional, zonal, instance] = chain.cabundle
const CAS = ["regional", "zonal", "instance"] as const
const NON_ROOT = [...CAS, "leaf"] as const

const bundle = (...items: readonly (Uint8Array | undefined)[]): Chain => ({
  ...chain,
  cabundle: items.map((item) => new Uint8Array(item ?? [])),
})
const names = (name: string, title: string, mutation: string, cabundle: Chain) =>
  refuse("path-name-mismatch", name, title, mutation, withChain(cabundle))

/** Name chaining (RFC 5280 section 6.1.3 a 4) and count. */
export const PATH_NAMES = area("path", PRODUCTION, [
  names(
    "swapped",
    "The path has an order.",
    "regional and zonal are exchanged",
    bundle(root, zonal, regional, instance),
  ),
  names("without-regional", "The path has no gap.", "the regional certificate is gone", bundle(root, zonal, instance)),
  names("without-zonal", "The path has no gap.", "the zonal certificate is gone", bundle(root, regional, instance)),
  names("without-instance", "The path has no gap.", "the instance certificate is gone", bundle(root, regional, zonal)),
  names("root-alone", "A leaf is not the root's own.", "cabundle holds the root alone", bundle(root)),
  names(
    "zonal-twice",
    "A certificate does not issue itself.",
    "the zonal certificate stands there twice",
    bundle(root, regional, zonal, zonal, instance),
  ),
  names(
    "leaf-in-bundle",
    "The leaf is not its own issuer.",
    "the leaf follows the instance certificate",
    bundle(root, regional, zonal, instance, chain.leaf),
  ),
  names(
    "stranger",
    "A certificate that nobody asked for is not passed over.",
    "another root follows the instance certificate",
    bundle(root, regional, zonal, instance, OTHER_ROOT),
  ),
  ...NON_ROOT.map((level) =>
    refuse(
      "path-name-mismatch",
      `issuer-${level}`,
      "Every issuer is the subject before it.",
      `the ${level} certificate names an issuer that is not in the path`,
      withCertificate(level, (parts) => ({ ...parts, issuer: name(["CN", "somebody else"]) })),
    ),
  ),
  refuse(
    "path-name-mismatch",
    "issuer-other-order",
    "Names are compared byte for byte, order included.",
    "the instance certificate names its issuer with the parts in reverse order",
    withCertificate("instance", (parts) => ({ ...parts, issuer: zonalName("reversed") })),
  ),
  refuse(
    "path-name-mismatch",
    "issuer-other-case",
    "Names are compared byte for byte, case included.",
    "the instance certificate names its issuer in capitals",
    withCertificate("instance", (parts) => ({ ...parts, issuer: zonalName("capitals") })),
  ),
  refuse(
    "path-name-mismatch",
    "issuer-other-type",
    "Names are compared byte for byte, string type included.",
    "the leaf is issued by a name in a PrintableString that its issuer has in a UTF8String",
    withChain(
      makeChain({
        instance: (parts) => ({ ...parts, subject: shortName(utf8String) }),
        leaf: (parts) => ({ ...parts, issuer: shortName(printableString) }),
      }),
    ),
  ),
  refuse(
    "path-too-long",
    "root-twice",
    "A root that issued itself stands there once.",
    "the root stands in cabundle twice",
    withChain(bundle(root, root, regional, zonal, instance)),
  ),
  refuse(
    "path-too-long",
    "nine-certificates",
    "A path has at most eight certificates.",
    "the regional certificate stands in cabundle five times",
    withChain(bundle(root, regional, regional, regional, regional, regional, zonal, instance)),
  ),
  refuse(
    "path-too-long",
    "seventeen-certificates",
    "What the syntax allows can still be too long for the profile.",
    "cabundle holds 16 certificates",
    withChain(bundle(root, ...Array.from({ length: 13 }, () => regional), zonal, instance)),
  ),
])

function shortName(text: (value: string) => Uint8Array) {
  return sequence(set(sequence(oid("2.5.4.3"), text("instance"))))
}

function zonalName(change: "reversed" | "capitals") {
  const common = "zonal.simulated-1.aws.nitro-enclaves"
  if (change === "capitals")
    return name(["CN", common.toUpperCase()], ["OU", "Parley"], ["O", "SIMULATED"], ["C", "US"])
  return name(["C", "US"], ["O", "SIMULATED"], ["OU", "Parley"], ["CN", common])
}
