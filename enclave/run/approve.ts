import type { Bytes } from "../../shared/bytes.ts"
import { requireValidAt } from "../../shared/contract/in-force.ts"
import { keyId } from "../../shared/signed/keys.ts"
import type { Boot } from "../session/boot.ts"
import { openGrants, type PartyGrant } from "./grants.ts"
import { type DatasetVersion, openManifests } from "./manifests.ts"
import { openProposal, type ProposedRun } from "./proposal.ts"

/** The signed objects of one run, as the host hands them over. */
export interface RunRequest {
  readonly proposal: readonly Bytes[]
  readonly manifests: readonly Bytes[]
  readonly grants: readonly Bytes[]
}

/** A run that every party has granted to this boot. No key has been opened yet. */
export interface ApprovedRun {
  readonly run: ProposedRun
  readonly versions: readonly DatasetVersion[]
  readonly grants: readonly PartyGrant[]
}

/** Judges public objects only: a failure here tells nothing about data and leaves the boot as it was. */
export async function approveRun(boot: Boot, request: RunRequest): Promise<ApprovedRun> {
  const now = await boot.clock.now()
  requireValidAt(boot.inForce.contract, now)
  const run = await openProposal(boot.inForce, boot.plans, request.proposal)
  const versions = await openManifests(boot.inForce, run.proposal.payload, request.manifests, now)
  const expected = {
    encryptionKey: keyId(boot.keys.encryption.jwk),
    inForce: boot.inForce,
    issued: (document: string) => boot.evidence.issued(document),
    now,
    proposal: run.proposal,
    signingKey: keyId(boot.keys.signing.jwk),
  }
  return { grants: await openGrants(expected, request.grants), run, versions }
}
