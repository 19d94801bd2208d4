import { fromHex } from "../../shared/bytes.ts"
import type { StatedPolicy } from "../../shared/contract/effective-policy.ts"
import type { Gated } from "../../shared/gate/gate.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import type { NoisyTable } from "../../shared/privacy/gate.ts"
import { coarseCount, type Result } from "../../shared/protocol/result.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import type { Boot } from "../session/boot.ts"
import { ENGINE_VERSIONS } from "../session/versions.ts"
import type { ApprovedRun } from "./approve.ts"
import { commitToResult, receiptOf, sealResult } from "./release.ts"

/** Seals the result, signs the receipt, has the security module sign over it, and only then answers. */
export async function releaseRun(
  boot: Boot,
  approved: ApprovedRun,
  policy: StatedPolicy,
  gated: Gated | NoisyTable,
  issuedAt: Date,
): Promise<EnclaveResponse> {
  const { inForce, keys } = boot
  const { run, grants, versions } = approved
  const result = resultOf(boot, approved, gated)
  const salt = crypto.getRandomValues(new Uint8Array(32))
  const results = await sealResult({ inForce, run }, result, salt)
  const session = { encryptionKey: keyId(keys.encryption.jwk), signingKey: keyId(keys.signing.jwk) }
  const groups = policy.mode === "threshold" ? { released: gated.rows.length, withheld: gated.withheld } : null
  const receipt = receiptOf(
    { engine: ENGINE_VERSIONS, grants, groups, inForce, issuedAt, policy, run, session, versions },
    commitToResult(result, salt),
  )
  const digest = objectDigest("receipt", canonicalBytes(receipt))
  const bundle = {
    contract: boot.signatures.map(jwsObject),
    evidence: await boot.evidence.forReceipt(fromHex(digest)),
    format: "parley/bundle/v1" as const,
    grants: grants.flatMap(({ signatures }) => signatures.map(jwsObject)),
    manifests: versions.map(({ jws }) => jwsObject(jws)),
    proposal: [jwsObject(run.jws)],
    receipt: jwsObject(await signJws("receipt", receipt, keys.signing)),
  }
  return { answer: "released", bundle, results: [...results] }
}

function resultOf({ inForce }: Boot, { run }: ApprovedRun, gated: Gated | NoisyTable): Result {
  return {
    columns: gated.columns.map((column) => ({ ...column })),
    contract: inForce.digest,
    format: "parley/result/v1",
    proposal: run.proposal.digest,
    query: run.query.name,
    rows: gated.rows.map((row) => [...row]),
    sequence: run.proposal.payload.sequence,
    withheldGroups: coarseCount(gated.withheld),
  }
}
