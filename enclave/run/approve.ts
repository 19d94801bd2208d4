import type { Bytes } from "../../shared/bytes.ts"
import { keyId } from "../../shared/signed/keys.ts"
import type { Boot } from "../session/boot.ts"
import { openGrants, type PartyGrant } from "./grants.ts"
import { openProposed, type ProposalFiles, type ProposedVersions } from "./proposed-versions.ts"

/** The signed objects of one run, as the host hands them over. */
export interface RunFiles extends ProposalFiles {
  readonly grants: readonly Bytes[]
}

/** A run that every party has granted to this boot. No key has been opened yet. */
export interface ApprovedRun extends ProposedVersions {
  readonly grants: readonly PartyGrant[]
  /** When it was approved, by the security module's clock. */
  readonly at: Date
}

/** Judges public objects only: a failure here tells nothing about data and leaves the boot as it was. */
export async function approveRun(boot: Boot, files: RunFiles): Promise<ApprovedRun> {
  const now = await boot.clock.now()
  const proposed = await openProposed(boot, files, now)
  const expected = {
    encryptionKey: keyId(boot.keys.encryption.jwk),
    inForce: boot.inForce,
    issued: (document: string) => boot.evidence.issued(document),
    now,
    proposal: proposed.run.proposal,
    signingKey: keyId(boot.keys.signing.jwk),
  }
  return { ...proposed, at: now, grants: await openGrants(expected, files.grants) }
}
