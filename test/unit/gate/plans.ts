import type { Contract } from "../../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../../shared/contract/effective-policy.ts"
import { gate } from "../../../shared/gate/gate.ts"
import type { EngineOutput } from "../../../shared/gate/group.ts"
import type { Expression } from "../../../shared/query/expression.ts"
import type { Aggregate, Plan, PlanOutput, Relation } from "../../../shared/query/plan.ts"
import type { ValueType } from "../../../shared/query/value-type.ts"
import { testContract } from "../../support/contract.ts"

const contract = await testContract()

export const REGION: ValueType = { domain: ["east", "west", "north"], kind: "text" }
/** A balance of the test contract, and one that every other pound has. */
export const BALANCE = integers(-100, 1000)

export function integers(min: number, max: number, step = 1): ValueType {
  return { kind: "integer", max: BigInt(max), min: BigInt(min), step: BigInt(step) }
}

export function column(relation: number, name: string, type: ValueType, nullable = false): Expression {
  return { column: name, node: "column", nullable, relation, type }
}

export function dimension(type: ValueType, nullable = false): PlanOutput {
  return { kind: "dimension", name: "region", value: column(1, "region", type, nullable) }
}

export const COUNT = { filter: null, kind: "count", relation: 0 } as const satisfies Aggregate

export function sum(type: ValueType = BALANCE): Aggregate {
  return { argument: column(0, "balance", type), filter: null, kind: "sum" }
}

/** accounts of the bank, joined to persons of the bureau. */
export function planOf(
  aggregates: readonly Aggregate[],
  over: { readonly left?: boolean; readonly outputs?: readonly PlanOutput[]; readonly rows?: bigint } = {},
): Plan {
  const numbers = aggregates.map(
    (_, aggregate): PlanOutput => ({ aggregate, kind: "aggregate", name: `n${aggregate}` }),
  )
  const plan = {
    aggregates,
    ctes: [],
    datasets: ["accounts", "persons"],
    from: {
      relations: [relation("accounts", "bank", "first"), relation("persons", "bureau", over.left ? "left" : "inner")],
      rowsPerIdentity: over.rows ?? 1n,
      where: null,
    },
    outputs: over.outputs ?? [dimension(REGION), ...numbers],
    query: "overlap",
  }
  return plan as unknown as Plan
}

function relation(dataset: string, owner: string, join: Relation["join"]): Relation {
  return {
    alias: dataset,
    datasets: [dataset],
    identity: "id",
    join,
    on: null,
    optional: join === "left",
    owners: [owner],
    source: { dataset },
    tiedTo: 0,
  }
}

/** k = 50, sums to 1000, 10 %. */
export function policyOf(plan: Plan, over: Partial<EffectivePolicy> = {}): EffectivePolicy {
  return {
    aggregates: plan.aggregates.map(({ kind }, index) => ({
      column: `n${index}`,
      minIdentities: 50,
      step: kind === "count" ? "1" : "1000",
    })),
    countStep: 1,
    dominance: [{ kind: "p-percent", p: 10 }],
    maxGroups: 100,
    minIdentities: 50,
    mode: "threshold",
    owners: ["bank", "bureau"],
    ...over,
  }
}

export function gateOf(plan: Plan, over: Partial<EffectivePolicy> = {}, touched = false) {
  return (...output: EngineOutput) => gateAll(plan, output, over, touched)
}

export function gateAll(plan: Plan, output: EngineOutput, over: Partial<EffectivePolicy> = {}, touched = false) {
  return gate({ contract: contractOf(plan), output, plan, policy: policyOf(plan, over), touched })
}

function contractOf(plan: Plan): Contract {
  const output = plan.outputs.map(({ kind, name }) =>
    kind === "dimension"
      ? { column: "region", dataset: "persons", kind: "dimension" as const, name }
      : { kind: "count" as const, name },
  )
  return { ...contract, queries: contract.queries.map((query) => ({ ...query, output })) }
}
