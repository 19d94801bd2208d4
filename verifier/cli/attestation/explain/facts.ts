import { decodeUnverified } from "../../../../shared/attestation/document.ts"
import type { Bytes } from "../../../../shared/bytes.ts"
import { type ErrorCode, ParleyError } from "../../../../shared/errors/index.ts"
import { type TrustAnchor, trustAnchor } from "../../../attestation/anchor.ts"
import { requireProduction } from "../../../attestation/judge.ts"
import { validatePath } from "../../../attestation/path.ts"
import { ENCLAVE_MANDATORY } from "../../../attestation/policy.ts"
import { requireSignature } from "../../../attestation/prove.ts"
import { readCertificate } from "../../../attestation/x509/certificate.ts"
import { chainOf, type Reading, timestampOf } from "./reading.ts"
import type { Subject } from "./subject.ts"

/** One thing that the verifier's own rules found so, or not, or could not look at. It is a fact, never a verdict. */
export interface Fact {
  readonly id: "decoding" | "path" | "carried-root" | "signature" | "production"
  readonly holds: boolean | null
  readonly says: string
  /** The verifier's code and sentence where it does not hold. */
  readonly code: ErrorCode | null
  readonly why: string | null
  /** What to do about it. */
  readonly todo: string | null
}

/** The time at which certificates are judged. This machine's clock is never asked. */
export interface JudgedAt {
  readonly time: Date
  readonly source: "--at" | "the document's own timestamp"
}

export function judgedAt({ reading }: Subject, at: Date | null): JudgedAt | null {
  if (at !== null) return { source: "--at", time: at }
  const time = timestampOf(reading)
  return time === null ? null : { source: "the document's own timestamp", time }
}

/** Decoding, path and signature, each judged on its own, so that one that fails does not hide the others. */
export async function factsOf({ anchors, reading }: Subject, judged: JudgedAt | null): Promise<readonly Fact[]> {
  const chain = chainOf(reading)
  const decoding = await fact(
    "decoding",
    "it is strict CBOR, an untagged COSE_Sign1, and every field has its form",
    () => decodeUnverified(reading.bytes),
  )
  const path = await pathFact("path", chain, anchors, judged)
  const carried = path.code === "path-anchor-mismatch" ? await carriedRoot(chain, judged) : []
  const signature = await signatureFact(reading, chain.at(-1))
  return [decoding, path, ...carried, signature, ...(await productionFact(reading, decoding))]
}

async function pathFact(
  id: "path" | "carried-root",
  chain: readonly Bytes[],
  anchors: readonly TrustAnchor[],
  judged: JudgedAt | null,
): Promise<Fact> {
  const leaf = chain.at(-1)
  const root = anchors.map(({ name, simulated }) => (simulated ? name : `the pinned ${name}`)).join(" or ")
  const says = `the chain leads to ${root}`
  if (leaf === undefined || chain.length < 2) return notReached(id, says, "the document has no chain that can be read")
  if (judged === null) return notReached(id, says, "no time: the document has none, and there is no --at")
  const when = `${says} at ${judged.time.toISOString()} (${judged.source})`
  return fact(id, when, () => validatePath(chain.slice(0, -1), leaf, anchors, judged.time))
}

/** Look-alikes verify under their own root; whether they do tells the curious something, and proves nothing. */
async function carriedRoot(chain: readonly Bytes[], judged: JudgedAt | null): Promise<readonly Fact[]> {
  const [root] = chain
  if (root === undefined) return []
  const anchors = [trustAnchor("the root that it carries itself, which nobody pinned", root)]
  return [await pathFact("carried-root", chain, anchors, judged)]
}

async function signatureFact(reading: Reading, leaf: Bytes | undefined): Promise<Fact> {
  const says = "the signature verifies under the leaf"
  const { payloadBytes, protectedHeader, signature } = reading
  if (leaf === undefined || payloadBytes === null || protectedHeader === null || signature === null) {
    return notReached("signature", says, "payload, leaf or signature cannot be read")
  }
  const cose = { payload: payloadBytes, protectedHeader, signature }
  return fact("signature", says, () => requireSignature(cose, readCertificate(leaf)))
}

/** A NitroTPM's instance has no debug mode. */
async function productionFact({ bytes }: Reading, decoding: Fact): Promise<readonly Fact[]> {
  const says = "the enclave was not started in debug mode"
  if (decoding.holds !== true) return [notReached("production", says, "it could not be decoded")]
  const document = decodeUnverified(bytes)
  if (document.format !== "aws-nitro") return []
  const absent = ENCLAVE_MANDATORY.find((index) => !document.pcrs.has(index))
  if (absent !== undefined) return [notReached("production", says, `PCR${absent} is absent`)]
  return [await fact("production", says, () => requireProduction(document))]
}

async function fact(id: Fact["id"], says: string, judge: () => unknown): Promise<Fact> {
  try {
    await judge()
    return { code: null, holds: true, id, says, todo: null, why: null }
  } catch (cause) {
    if (!(cause instanceof ParleyError)) throw cause
    return { code: cause.code, holds: false, id, says, todo: cause.todo, why: cause.message }
  }
}

function notReached(id: Fact["id"], says: string, why: string): Fact {
  return { code: null, holds: null, id, says, todo: null, why }
}
