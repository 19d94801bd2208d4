import type { Contract } from "../contract/contract.ts"
import type { StatedPolicy } from "../contract/effective-policy.ts"
import { type Gated, gate } from "../gate/gate.ts"
import type { EngineOutput } from "../gate/group.ts"
import type { Plan } from "../query/plan.ts"
import { aggregateSql, type GeneratedSql } from "../query/sql/aggregate.ts"
import type { TableSource } from "../query/sql/source.ts"
import { addNoise, type NoisyTable } from "./gate.ts"
import { mechanismOf } from "./mechanism.ts"
import { selectionKey } from "./noise-seed.ts"
import { boundedSql } from "./sql.ts"

/** What the engine is asked for one query, and the way out for what it says. */
export interface Answer {
  readonly sql: GeneratedSql
  readonly release: (output: EngineOutput) => Gated | NoisyTable
}

/** Thresholds or noise, by the policy; never both. `seed` is what the noise is derived from, null under thresholds. */
export function answerOf(input: {
  readonly contract: Contract
  readonly plan: Plan
  readonly policy: StatedPolicy
  readonly seed: Uint8Array | null
  readonly sources: readonly TableSource[]
}): Answer {
  const { contract, plan, policy, seed, sources } = input
  if (policy.mode === "threshold") {
    const touched = sources.some(({ newOptOuts }) => newOptOuts.length > 0)
    return {
      release: (output) => gate({ contract, output, plan, policy, touched }),
      sql: aggregateSql(plan, sources, policy),
    }
  }
  if (seed === null) throw new RangeError("a private answer needs a seed")
  const mechanism = mechanismOf(contract, plan)
  return {
    release: (rows) => addNoise({ contract, mechanism, plan, rows, seed }),
    sql: boundedSql(plan, mechanism, sources, selectionKey(seed)),
  }
}
