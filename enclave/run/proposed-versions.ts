import type { Bytes } from "../../shared/bytes.ts"
import { requireValidAt } from "../../shared/contract/in-force.ts"
import type { Boot } from "../session/boot.ts"
import { type DatasetVersion, openManifests } from "./manifests.ts"
import { openProposal, type ProposedRun } from "./proposal.ts"

/** The signed objects of a proposal, as the host hands them over. */
export interface ProposalFiles {
  readonly proposal: readonly Bytes[]
  readonly manifests: readonly Bytes[]
}

/** A proposal of the contract in force and the dataset versions that it names. Nobody has granted it yet. */
export interface ProposedVersions {
  readonly run: ProposedRun
  readonly versions: readonly DatasetVersion[]
}

/** Judges public objects only: a failure here tells nothing about data and leaves the boot as it was. */
export async function openProposed(boot: Boot, files: ProposalFiles, now: Date): Promise<ProposedVersions> {
  requireValidAt(boot.inForce.contract, now)
  const run = await openProposal(boot.inForce, boot.plans, files.proposal)
  const versions = await openManifests(boot.inForce, run.proposal.payload, files.manifests, now)
  return { run, versions }
}
