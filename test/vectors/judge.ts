import { type Bytes, fromHex, utf8 } from "../../shared/bytes.ts"
import { Contract } from "../../shared/contract/contract.ts"
import { stageOf } from "../../shared/errors/attestation.ts"
import { EXIT } from "../../shared/errors/exit-codes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes, parseLoose } from "../../shared/json/canonical.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import { readPolicy } from "../../verifier/cli/attestation/policy-file.ts"
import {
  anchorOf,
  type EcdsaBackEnd,
  imagesOf,
  type SessionExpectation,
  trustAnchor,
  verifyArchived,
  verifyDocument,
  verifyLive,
} from "../../verifier/index.ts"
import type { Expected, Vector } from "./cases.ts"

/** Gives a file that cases name: a contract, or a root in PEM. */
export type FixtureFile = (name: string) => Bytes

/** What the library says of a case, in Node and in browsers alike. Anything but its own errors is thrown on. */
export async function outcomeOf(vector: Vector, backEnd: EcdsaBackEnd, file: FixtureFile): Promise<Expected> {
  try {
    await judge(vector, backEnd, file)
    return { code: null, stage: null, verdict: "accepted" }
  } catch (cause) {
    if (!(cause instanceof ParleyError)) throw cause
    return { code: cause.code, stage: stageOf(cause.code), verdict: verdictOf(cause.exit) }
  }
}

export function verdictOf(exit: number | null): Expected["verdict"] {
  if (exit === EXIT.done) return "accepted"
  if (exit === EXIT.unsupported) return "unsupported"
  return exit === EXIT.malformed ? "malformed" : "rejected"
}

function judge(vector: Vector, backEnd: EcdsaBackEnd, file: FixtureFile): Promise<unknown> {
  if (vector.path === "document") return judgeDocument(vector, backEnd, file)
  const contract = parseLoose(file(vector.contract), Contract, 64 * 1024)
  const anchors = [anchorOf(contract, vector.acceptedRoots)]
  const measurements = imagesOf(contract)
  const shared = { anchors, backEnd, document: vector.bytes, measurements, session: sessionOf(vector, contract) }
  if (vector.path === "archived") return verifyArchived(shared)
  const { maxAgeSeconds, nonce, time } = vector
  return verifyLive({ ...shared, at: new Date(time), maxAgeSeconds, nonce: fromHex(nonce) })
}

function judgeDocument(
  vector: Extract<Vector, { path: "document" }>,
  backEnd: EcdsaBackEnd,
  file: FixtureFile,
): Promise<unknown> {
  const policy = readPolicy(utf8(JSON.stringify(vector.policy)))
  const anchors = [trustAnchor("fixtures", derOf(file(vector.trustAnchor)))]
  const contract = { unchecked: "a policy file names no contract" }
  return verifyDocument({ ...policy, anchors, at: new Date(vector.time), backEnd, contract, document: vector.bytes })
}

/** RFC 7468. */
function derOf(pem: Uint8Array): Bytes {
  const base64 = new TextDecoder().decode(pem).replace(/-----[A-Z ]+-----|\s/g, "")
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

function sessionOf(vector: Exclude<Vector, { path: "document" }>, contract: Contract): SessionExpectation {
  const { encryptionKey, signingKey } = vector
  const shared = { contract: fromHex(objectDigest("contract", canonicalBytes(contract))), encryptionKey, signingKey }
  if (vector.path === "live") return { ...shared, subject: null, type: "parley/session/v1" }
  return { ...shared, subject: fromHex(vector.receipt), type: "parley/receipt/v1" }
}
