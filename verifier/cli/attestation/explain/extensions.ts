import { dottedOid, type Element, elementsOf } from "./der-outline.ts"
import { printable } from "./printable.ts"

/** One extension of a certificate, in words where this profile uses it. */
export interface Extension {
  readonly oid: string
  readonly name: string
  readonly critical: boolean
  readonly says: string
}

const NAMES: Readonly<Record<string, string>> = {
  "2.5.29.14": "subjectKeyIdentifier",
  "2.5.29.15": "keyUsage",
  "2.5.29.17": "subjectAltName",
  "2.5.29.19": "basicConstraints",
  "2.5.29.30": "nameConstraints",
  "2.5.29.31": "cRLDistributionPoints",
  "2.5.29.32": "certificatePolicies",
  "2.5.29.35": "authorityKeyIdentifier",
  "2.5.29.37": "extKeyUsage",
}

const MAX_SHOWN = 300

const USAGES = [
  ...["digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment"],
  ...["keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"],
]

/** Extensions of a DER certificate in their order (RFC 5280 section 4.2). */
export function extensionsOf(der: Uint8Array): readonly Extension[] {
  const [certificate] = elementsOf(der)
  const [tbs] = certificate === undefined ? [] : elementsOf(certificate.content)
  const wrapper = tbs === undefined ? undefined : elementsOf(tbs.content).find(({ tag }) => tag === 0xa3)
  const [list] = wrapper === undefined ? [] : elementsOf(wrapper.content)
  return list === undefined ? [] : elementsOf(list.content).map(extension)
}

function extension({ content }: Element): Extension {
  const parts = elementsOf(content)
  const oid = dottedOid(parts.find(({ tag }) => tag === 0x06)?.content ?? new Uint8Array())
  const critical = parts.some(({ content: [flag], tag }) => tag === 0x01 && flag !== 0)
  const value = parts.find(({ tag }) => tag === 0x04)?.content ?? new Uint8Array()
  return { critical, name: NAMES[oid] ?? oid, oid, says: meaning(oid, value) }
}

function meaning(oid: string, value: Uint8Array): string {
  const [first] = elementsOf(value)
  if (first === undefined) return ""
  if (oid === "2.5.29.15") return usages(first.content)
  if (oid === "2.5.29.19") return constraints(elementsOf(first.content))
  if (oid === "2.5.29.31") return addresses(first.content).join(" ").slice(0, MAX_SHOWN)
  return ""
}

function usages([unused = 0, ...octets]: Uint8Array): string {
  const bits = 8 * octets.length - unused
  return USAGES.filter((_, bit) => bit < bits && (((octets[bit >> 3] ?? 0) << (bit & 7)) & 0x80) !== 0).join(", ")
}

function constraints(parts: readonly Element[]): string {
  const ca = parts.some(({ content: [flag], tag }) => tag === 0x01 && flag !== 0)
  const length = parts.find(({ tag }) => tag === 0x02)?.content.reduce((sum, byte) => sum * 256 + byte, 0)
  if (!ca) return "no certificate authority"
  return length === undefined ? "certificate authority" : `certificate authority, ${length} more below it`
}

/** Every uniformResourceIdentifier [6] inside the distribution points. */
function addresses(bytes: Uint8Array): readonly string[] {
  return elementsOf(bytes).flatMap(({ content, tag }) => {
    if (tag === 0x86) return [printable(new TextDecoder().decode(content))]
    return (tag & 0x20) === 0 ? [] : addresses(content)
  })
}
