import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { toBase64url } from "../../../shared/bytes.ts"
import { type ContractInForce, requireValidAt } from "../../../shared/contract/in-force.ts"
import type { Query } from "../../../shared/contract/query.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import type { Manifest } from "../../../shared/protocol/manifest.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import { checkParameters } from "../../../shared/query/parameters.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { signJws } from "../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { objectDigest } from "../../../shared/signed/kinds.ts"
import { roomManifests } from "../../room/objects.ts"
import { requireOwnContract } from "../contract/own-contract.ts"
import { judgeLocally } from "../engine/judge.ts"
import { writeAtomically } from "../files.ts"
import { localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import type { Room } from "../room.ts"
import { givenParameters } from "./parameters.ts"
import { newestReceipt } from "./receipts.ts"
import { type RunStatus, requireNotEnded, runStatuses } from "./state.ts"

export interface ProposeOptions {
  readonly query: string
  readonly param: readonly string[]
  readonly sequence?: number
  readonly manifest: readonly string[]
  readonly key?: string
}

/** Signs a proposal: a query, its parameters, and one version of every dataset that it reads. */
export async function propose(
  room: Room,
  inForce: ContractInForce,
  options: ProposeOptions,
): Promise<{ proposal: Proposal; digest: string }> {
  requireValidAt(inForce.contract, new Date())
  await requireNotEnded(room, inForce)
  await requireOwnContract(room, inForce)
  const query = inForce.contract.queries.find(({ name }) => name === options.query)
  if (query === undefined)
    throw new ParleyError(
      "usage",
      `no query ${options.query}; the contract has ${inForce.contract.queries.map(({ name }) => name).join(", ")}`,
    )
  const statuses = await runStatuses(room, inForce)
  const proposal: Proposal = {
    abandoned: abandoned(statuses),
    contract: inForce.digest,
    created: instant(new Date()),
    format: "parley/proposal/v1",
    id: toBase64url(randomBytes(16)),
    lastReceipt: await newestReceipt(room, inForce),
    manifests: await manifestsFor(room, inForce, query, options.manifest),
    parameters: checkParameters(query, givenParameters(query, options.param)),
    proposer: (await localParty(room.home)).name,
    query: query.name,
    sequence: options.sequence ?? (statuses.at(-1)?.proposal.payload.sequence ?? 0) + 1,
  }
  const key = await localKey(room.home, "sign", options.key)
  const digest = objectDigest("proposal", canonicalBytes(proposal))
  const path = signaturePath(ROOM.proposals, digest, keyId(publicPart(key.jwk)))
  await writeAtomically(join(room.folder, path), await signJws("proposal", proposal, key.jwk))
  return { digest, proposal }
}

/** Runs that were refused or cancelled never get a receipt: the next proposal says so. */
function abandoned(statuses: readonly RunStatus[]): Proposal["abandoned"] {
  return statuses
    .filter(({ state }) => state === "refused" || state === "cancelled")
    .map(({ proposal, state }) => ({ proposal: proposal.digest, reason: state, sequence: proposal.payload.sequence }))
}

async function manifestsFor(room: Room, inForce: ContractInForce, query: Query, given: readonly string[]) {
  const plan = (await judgeLocally({ ...inForce.contract, queries: [query] }))[0]
  const { objects } = await roomManifests(room.files, inForce)
  return (plan?.datasets ?? []).map((dataset) => {
    const wanted = given.find((text) => text.startsWith(`${dataset}=`))?.slice(dataset.length + 1)
    const versions = objects
      .filter(
        ({ digest, payload }) => payload.dataset === dataset && (wanted === undefined || digest.startsWith(wanted)),
      )
      .sort((a, b) => newest(a.payload, b.payload))
    const [manifest] = versions
    if (manifest === undefined) {
      const { owner } = inForce.contract.datasets.find(({ name }) => name === dataset) ?? { owner: "its owner" }
      throw new ParleyError("grant-missing", `waiting for: ${owner} (seal ${dataset})`, {
        todo: `Ask ${owner} to run \`parley dataset seal\`.`,
      })
    }
    return { dataset, manifest: manifest.digest }
  })
}

function newest(a: Manifest, b: Manifest): number {
  return b.version - a.version
}
