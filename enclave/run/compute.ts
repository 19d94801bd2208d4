import { mkdir } from "node:fs/promises"
import { availableParallelism, totalmem } from "node:os"
import { join } from "node:path"
import type { StatedPolicy } from "../../shared/contract/effective-policy.ts"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import type { Gated } from "../../shared/gate/gate.ts"
import type { EngineOutput } from "../../shared/gate/group.ts"
import { answerOf } from "../../shared/privacy/answer.ts"
import type { NoisyTable } from "../../shared/privacy/gate.ts"
import { MOST_GROUPS } from "../../shared/query/plan.ts"
import type { GeneratedSql } from "../../shared/query/sql/aggregate.ts"
import { runEngine, tableSource } from "../engine/engine.ts"
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
  readonly policy: StatedPolicy
  /** What noise is derived from; null under thresholds. */
  readonly seed: Uint8Array | null
  readonly tables: readonly IngestedTable[]
  readonly engine: WaitingChild
  readonly folder: string
  readonly timings: Timings
}

/** Joins and aggregates validated datasets, then lets through what the policy allows. */
export async function compute(computation: Computation): Promise<Gated | NoisyTable> {
  const { inForce, policy, run, seed, tables, timings } = computation
  const sources = tables.map(tableSource)
  const { release, sql } = answerOf({ contract: inForce.contract, plan: run.plan, policy, seed, sources })
  const output = await query(computation, sql)
  return timings.measure("gate", async () => release(output))
}

async function query(computation: Computation, generated: GeneratedSql): Promise<EngineOutput> {
  const { engine, folder, run, tables, timings } = computation
  const spillFolder = join(folder, "spill-engine")
  await mkdir(spillFolder, { mode: 0o700 })
  return timings.measure("query", () =>
    runEngine({
      engine,
      generated,
      maxRows: MOST_GROUPS,
      memoryBytes: engineMemory(),
      parameters: run.proposal.payload.parameters,
      spillFolder,
      tables,
      threads: availableParallelism(),
    }),
  )
}

/** Bytes that DuckDB's processes may take together. */
export function engineMemory(): number {
  return Math.floor(totalmem() * ENGINE_SHARE)
}
