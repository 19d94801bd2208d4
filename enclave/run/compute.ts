import { mkdir } from "node:fs/promises"
import { availableParallelism, totalmem } from "node:os"
import { join } from "node:path"
import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { runEngine } from "../engine/engine.ts"
import { gate } from "../gate/gate.ts"
import { MOST_GROUPS } from "../gate/groups.ts"
import type { IngestedTable } from "../ingest/ingest.ts"
import type { WaitingChild } from "../process/child.ts"
import type { Timings } from "../session/timings.ts"
import type { ProposedRun } from "./proposal.ts"

/** Share of the machine's memory that DuckDB may use, the rest being the keeper's and the file cache's. */
const ENGINE_SHARE = 0.6

/** A run with its plaintext at hand. */
export interface Computation {
  readonly inForce: ContractInForce
  readonly run: ProposedRun
  readonly policy: EffectivePolicy
  readonly tables: readonly IngestedTable[]
  readonly engine: WaitingChild
  readonly folder: string
  readonly timings: Timings
}

/** Joins and aggregates validated datasets, then lets through what the policy allows. */
export async function compute({ engine, folder, inForce, policy, run, tables, timings }: Computation) {
  const spillFolder = join(folder, "spill-engine")
  await mkdir(spillFolder, { mode: 0o700 })
  const output = await timings.measure("query", () =>
    runEngine({
      engine,
      maxRows: MOST_GROUPS,
      memoryBytes: engineMemory(),
      parameters: run.proposal.payload.parameters,
      plan: run.plan,
      spillFolder,
      tables,
      threads: availableParallelism(),
    }),
  )
  return timings.measure("gate", async () => gate({ contract: inForce.contract, output, plan: run.plan, policy }))
}

/** Bytes that DuckDB's processes may take together. */
export function engineMemory(): number {
  return Math.floor(totalmem() * ENGINE_SHARE)
}
