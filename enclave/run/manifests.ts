import type { Bytes } from "../../shared/bytes.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { partyKeys } from "../../shared/protocol/granters.ts"
import { Manifest } from "../../shared/protocol/manifest.ts"
import type { Proposal } from "../../shared/protocol/proposal.ts"
import { datasetHeader, headerDigest, schemaDigest, tokenSpecDigest } from "../../shared/sealed/header.ts"
import { openJws, peekJwsUnverified, type Signed } from "../../shared/signed/jws.ts"

const DAY_MS = 86_400_000

/** One dataset of a run: what the contract says of it and which sealed version was proposed. */
export interface DatasetVersion {
  readonly dataset: Dataset
  readonly manifest: Signed<Manifest>
  readonly jws: Bytes
  /** Digest of the sealed format's header, computed from the contract and never taken from a file. */
  readonly header: Bytes
}

/** Judges the manifests that the proposal names, and refuses others beside them. */
export async function openManifests(
  inForce: ContractInForce,
  proposal: Proposal,
  signatures: readonly Bytes[],
  now: Date,
): Promise<readonly DatasetVersion[]> {
  const byDigest = new Map(signatures.map((jws) => [peekJwsUnverified("manifest", jws).digest, jws]))
  if (byDigest.size !== proposal.manifests.length || byDigest.size !== signatures.length) {
    throw new ParleyError("manifest-mismatch", "expected the manifests that the proposal names, once each")
  }
  const versions: DatasetVersion[] = []
  for (const { dataset, manifest } of proposal.manifests) {
    const jws = byDigest.get(manifest)
    if (jws === undefined) throw new ParleyError("manifest-mismatch", `${dataset}: another version than proposed`)
    versions.push(await openManifest(inForce, dataset, jws, now))
  }
  return versions
}

async function openManifest(inForce: ContractInForce, name: string, jws: Bytes, now: Date): Promise<DatasetVersion> {
  const { contract } = inForce
  const dataset = contract.datasets.find((candidate) => candidate.name === name)
  if (dataset === undefined) throw new ParleyError("manifest-mismatch", `${name}: not in the contract`)
  const manifest = await openJws("manifest", jws, Manifest, partyKeys(contract, dataset.owner))
  requireFits(inForce, dataset, manifest.payload)
  requireFresh(dataset, manifest.payload, now)
  const header = headerDigest(datasetHeader(contract, dataset, manifest.payload.version))
  return { dataset, header, jws, manifest }
}

function requireFits({ contract, digest }: ContractInForce, dataset: Dataset, manifest: Manifest): void {
  if (manifest.contract !== digest) throw new ParleyError("contract-mismatch", "manifest of another contract")
  const same =
    manifest.dataset === dataset.name &&
    manifest.owner === dataset.owner &&
    manifest.lineage === dataset.lineage &&
    manifest.schema === schemaDigest(dataset) &&
    manifest.tokenSpec === tokenSpecDigest(contract, dataset)
  if (!same) throw new ParleyError("manifest-mismatch", `${dataset.name}: not the dataset that the contract describes`)
  if (manifest.rows > dataset.maxRows) throw new ParleyError("manifest-mismatch", `${dataset.name}: too many rows`)
}

function requireFresh(dataset: Dataset, manifest: Manifest, now: Date): void {
  if (dataset.freshness === null) return
  const age = now.getTime() - Date.parse(manifest.asOf)
  if (age > dataset.freshness.maxAgeDays * DAY_MS) {
    throw new ParleyError("manifest-mismatch", `${dataset.name}: older than ${dataset.freshness.maxAgeDays} days`)
  }
}
