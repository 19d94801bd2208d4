import { mkdir } from "node:fs/promises"
import { availableParallelism, totalmem } from "node:os"
import { join } from "node:path"
import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { columnsRead } from "../../shared/query/judged.ts"
import { runEngine } from "../engine/engine.ts"
import { gate } from "../gate/gate.ts"
import { MOST_GROUPS } from "../gate/groups.ts"
import { type IngestedTable, ingestDataset } from "../ingest/ingest.ts"
import type { Timings } from "../session/timings.ts"
import type { Intake } from "./intake.ts"
import type { DatasetVersion } from "./manifests.ts"
import type { ProposedRun } from "./proposal.ts"
import { PartyFault } from "./refuse.ts"
import type { OwnerSecret } from "./secrets.ts"

/** Share of the machine's memory that DuckDB may use, the rest being the keeper's and the file cache's. */
const ENGINE_SHARE = 0.6

/** A run with its plaintext at hand. */
export interface Computation {
  readonly inForce: ContractInForce
  readonly run: ProposedRun
  readonly policy: EffectivePolicy
  readonly versions: readonly DatasetVersion[]
  readonly secrets: readonly OwnerSecret[]
  readonly intake: Intake
  readonly folder: string
  readonly signal: AbortSignal
  readonly timings: Timings
}

/** Validates every dataset on its own, then joins and aggregates, then lets through what the policy allows. */
export async function compute(computation: Computation) {
  const { inForce, run, policy, folder, signal, timings } = computation
  const tables = await timings.measure("ingest", () => ingestAll(computation))
  const spillFolder = join(folder, "spill-engine")
  await mkdir(spillFolder, { mode: 0o700 })
  const output = await timings.measure("query", () =>
    runEngine({
      maxRows: MOST_GROUPS,
      memoryBytes: engineMemory(),
      parameters: run.proposal.payload.parameters,
      plan: run.plan,
      signal,
      spillFolder,
      tables,
      threads: availableParallelism(),
    }),
  )
  return timings.measure("gate", async () => gate({ contract: inForce.contract, output, plan: run.plan, policy }))
}

/** One process per dataset, each of which sees that dataset alone. */
function ingestAll(computation: Computation): Promise<readonly IngestedTable[]> {
  return Promise.all(computation.versions.map((version) => ingestOne(computation, version)))
}

async function ingestOne(computation: Computation, version: DatasetVersion): Promise<IngestedTable> {
  const { folder, intake, run, secrets, signal } = computation
  const { dataset, manifest } = version
  const outputFolder = join(folder, "tables", dataset.name)
  const spillFolder = join(folder, `spill-${dataset.name}`)
  for (const path of [outputFolder, spillFolder]) await mkdir(path, { mode: 0o700, recursive: true })
  try {
    return await ingestDataset({
      columns: columnsRead(run.plan, dataset.name),
      dataset,
      expectedRows: manifest.payload.rows,
      files: intake.files(version),
      memoryBytes: Math.floor(engineMemory() / computation.versions.length),
      optOuts: secrets.find(({ owner }) => owner === dataset.owner)?.optOuts ?? [],
      outputFolder,
      signal,
      spillFolder,
      threads: availableParallelism(),
    })
  } catch (cause) {
    if (!(cause instanceof ParleyError) || cause.code !== "dataset-invalid") throw cause
    throw new PartyFault("dataset-invalid", dataset.owner, `${dataset.name}: ${cause.message}`)
  }
}

function engineMemory(): number {
  return Math.floor(totalmem() * ENGINE_SHARE)
}
