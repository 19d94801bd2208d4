import { verify, X509Certificate } from "node:crypto"
import type { Bytes } from "../../../shared/bytes.ts"
import { elementAt, everyTlv, readDer, type Tlv, writeDer } from "../der-tree.ts"

/** What path validation looks at, read by other code than the verifier's. */
export interface CertificateReading {
  readonly body: Bytes
  readonly signature: Bytes
  readonly issuer: string
  readonly subject: string
  readonly key: string
  readonly ca: boolean
  readonly pathLength: number | null
  readonly usage: number | null
  readonly x509: X509Certificate
}

const VERSION_3 = "a003020102"
const ECDSA_SHA384 = "300a06082a8648ce3d040303"
const P384 = "301006072a8648ce3d020106052b81040022"
const BASIC_CONSTRAINTS = "0603551d13"
const KEY_USAGE = "0603551d0f"
const hex = (tlv: Tlv | undefined) => (tlv === undefined ? "" : Buffer.from(writeDer(tlv)).toString("hex"))

/** Reads a certificate that this profile may accept; throws with what is wrong about any other one. */
export function readCertificateOf(der: Uint8Array): CertificateReading {
  const root = readDer(der)
  const [body, algorithm, signature, ...more] = root.elements ?? []
  if (body === undefined || signature === undefined || more.length > 0) throw new Error("not three parts")
  if (hex(algorithm) !== ECDSA_SHA384 || hex(body.elements?.[2]) !== ECDSA_SHA384) throw new Error("another algorithm")
  const [version, , , issuer, , subject, key, list, ...after] = body.elements ?? []
  if (hex(version) !== VERSION_3 || after.length > 0) throw new Error("not version 3, or fields after the last")
  if (list !== undefined && list.tag !== 0xa3) throw new Error("not extensions")
  if (hex(elementAt(body, 6, 0)) !== P384) throw new Error("another kind of key")
  requireDer(root)
  return {
    body: writeDer(body),
    issuer: hex(issuer),
    key: hex(key),
    signature: new Uint8Array(signature.content.subarray(1)),
    subject: hex(subject),
    x509: new X509Certificate(der),
    ...extensions(list),
  }
}

/** X.690 sections 10 and 11: shortest lengths, TRUE as ff, integers in the fewest octets, strings in one piece. */
function requireDer(root: Tlv): void {
  for (const { content, elements, length, tag } of everyTlv(root)) {
    if (length !== null) throw new Error("a length that is not in its shortest form")
    if (tag === 0x01 && !(content.length === 1 && content[0] === 0xff)) throw new Error("a BOOLEAN that is not ff")
    if (tag === 0x02 && !minimalInteger(content)) throw new Error("an INTEGER that is not in its shortest form")
    if (elements !== null && (tag === 0x23 || tag === 0x24)) throw new Error("a string in pieces")
  }
}

function minimalInteger([first, second]: Uint8Array): boolean {
  if (first === undefined) return false
  return !((first === 0 && second !== undefined && second < 0x80) || (first === 0xff && (second ?? 0) >= 0x80))
}

function extensions(holder: Tlv | undefined): Pick<CertificateReading, "ca" | "pathLength" | "usage"> {
  const list = holder?.elements?.[0]?.elements ?? []
  const ids = list.map((one) => hex(one.elements?.[0]))
  if (new Set(ids).size !== ids.length) throw new Error("an extension twice")
  for (const [i, { elements }] of list.entries()) {
    const understood = ids[i] === BASIC_CONSTRAINTS || ids[i] === KEY_USAGE
    if (elements?.length === 3 && !understood) throw new Error("a critical extension that nobody understands")
    if (elements?.at(-1)?.tag !== 0x04 || elements.length > 3) throw new Error("not an extension")
  }
  const constraints = valueIn(list[ids.indexOf(BASIC_CONSTRAINTS)])
  const usage = valueIn(list[ids.indexOf(KEY_USAGE)])
  return {
    ...constraintsOf(constraints),
    usage: usage === null ? null : usageOf(usage),
  }
}

/** SEQUENCE of nothing, of TRUE, or of TRUE and a small INTEGER. */
function constraintsOf(value: Tlv | null): Pick<CertificateReading, "ca" | "pathLength"> {
  if (value === null) return { ca: false, pathLength: null }
  requireDer(value)
  const [ca, length, ...more] = value.elements ?? []
  if (value.tag !== 0x30 || (ca !== undefined && ca.tag !== 0x01) || more.length > 0)
    throw new Error("basicConstraints")
  const octets = length === undefined ? [] : [...length.content]
  if (octets.length > 2 || (octets.length === 2 && octets[0] !== 0)) throw new Error("pathLenConstraint")
  if (length !== undefined && (length.tag !== 0x02 || (octets.length === 1 && (octets[0] ?? 0) >= 0x80))) {
    throw new Error("pathLenConstraint")
  }
  return { ca: ca !== undefined, pathLength: octets.at(-1) ?? null }
}

/** A BIT STRING of one or two octets, of which no more are unused than there are. */
function usageOf({ content, elements, length, tag }: Tlv): number {
  const plain = tag === 0x03 && elements === null && length === null
  if (!plain || content.length < 2 || content.length > 3 || (content[0] ?? 0) > 7) throw new Error("keyUsage")
  return content[1] ?? 0
}

function valueIn(extension: Tlv | undefined): Tlv | null {
  const value = extension?.elements?.at(-1)
  return value === undefined ? null : readDer(value.content)
}

/** OpenSSL's word on one signature: DER in certificates, r || s in documents. */
export function signedByOpenSsl(
  signer: CertificateReading,
  message: Uint8Array,
  signature: Uint8Array,
  encoding: "der" | "ieee-p1363",
): boolean {
  return verify("sha384", message, { dsaEncoding: encoding, key: signer.x509.publicKey }, signature)
}
