import { fromBase64url, toHex } from "../../../shared/bytes.ts"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { instant } from "../../../shared/json/instant.ts"
import type { SessionEvidence } from "../../../shared/protocol/session.ts"
import { keyId } from "../../../shared/signed/keys.ts"
import { contractAnchor, type TrustAnchor } from "../../attestation/anchor.ts"
import type { LiveEvidence } from "../../attestation/verify.ts"
import { writeAtomically } from "../files.ts"
import { type Home, inHome, writeHomeJson } from "../home.ts"

/** Where a verified document was kept, and how it is judged again: the arguments of `parley attestation verify`. */
export interface KeptDocument {
  readonly document: string
  readonly arguments: readonly string[]
}

interface Verified {
  readonly answer: SessionEvidence
  readonly at: Date
  readonly evidence: LiveEvidence
  readonly inForce: ContractInForce
  readonly nonce: Uint8Array
}

/**
 * Keeps a document with all that it takes to judge it again, years later and elsewhere: nonce, time, contract, keys, and
 * the root where it is not AWS's. Judged again it is archived evidence, and never releases a key.
 */
export async function keepDocument(home: Home, verified: Verified): Promise<KeptDocument> {
  const { answer, at, evidence, inForce, nonce } = verified
  const place = (name: string) => inHome(home, "documents", name)
  const [document, contract] = [place(`${evidence.digest}.doc`), place(`${inForce.digest}.contract.json`)]
  await writeAtomically(document, fromBase64url(answer.document), 0o600)
  await writeAtomically(contract, inForce.bytes, 0o600)
  const root = await keepRoot(contractAnchor(inForce.contract), place)
  await writeHomeJson(home, `documents/${evidence.digest}.json`, {
    at: instant(at),
    contract: inForce.digest,
    encryptionKey: keyId(answer.encryptionKey),
    evidence: answer,
    format: "parley/kept-document/v1",
    nonce: toHex(nonce),
    signingKey: keyId(answer.signingKey),
    simulated: evidence.simulated,
  })
  const judged = ["--document", document, "--at", instant(at), "--contract", contract, "--nonce", toHex(nonce)]
  return { arguments: [...judged, ...root], document }
}

async function keepRoot(anchor: TrustAnchor, place: (name: string) => string): Promise<readonly string[]> {
  if (!anchor.simulated) return []
  const file = place(`${anchor.sha256}.root.pem`)
  const lines =
    Buffer.from(anchor.certificate)
      .toString("base64")
      .match(/.{1,64}/g) ?? []
  await writeAtomically(
    file,
    ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n"),
    0o600,
  )
  return ["--trust-root", file]
}
