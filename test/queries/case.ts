import type { Contract } from "../../shared/contract/contract.ts"
import type { OutputColumn, Parameter, Query } from "../../shared/contract/query.ts"
import type { ErrorCode } from "../../shared/errors/index.ts"
import { PURPOSE, RECIPIENT, type World } from "./worlds/contract.ts"

/** A query that must be refused before it runs. The rest of the contract is in order: nothing else is wrong with it. */
export interface HostileQuery {
  readonly id: string
  /** What the attack wants, in one sentence. */
  readonly title: string
  /** Clauses of SPEC.md that it tests. */
  readonly clauses: readonly string[]
  readonly world: World
  readonly sql: string
  readonly output: readonly OutputColumn[]
  readonly parameters?: readonly Parameter[]
  readonly edit?: (contract: Contract) => void
  readonly code: ErrorCode
  /** The owner whose rule forbids it, and a text that the message names the place by. */
  readonly owner?: string
  readonly at?: string
}

/** Why a group is not released. */
export type Reason = "alike" | "complement" | "contributors" | "dominance" | "left-out" | "people"

/** An aggregate as the reference brings it: 0 or 1 for counts; total in units of `scale` and rows with a value for sums. */
export type ReferenceAggregate =
  | { readonly kind: "count"; readonly k: number; readonly step: bigint }
  | {
      readonly kind: "avg" | "sum"
      readonly k: number
      readonly scale: number
      readonly step: bigint
      readonly rowStep: bigint
    }

/** A query from real use, with what it must give. */
export interface LegitimateQuery {
  readonly id: string
  readonly title: string
  readonly clauses: readonly string[]
  readonly world: World
  readonly sql: string
  readonly output: readonly OutputColumn[]
  readonly parameters?: readonly { readonly declared: Parameter; readonly value: number | string }[]
  readonly edit?: (contract: Contract) => void
  /** Plain SQL over the same rows, one row for each person of each group: dimensions, person, then the aggregates' columns. */
  readonly reference: string
  readonly aggregates: readonly ReferenceAggregate[]
  /** Distinct people that a group needs. */
  readonly k: number
  /** Owners that only a LEFT JOIN brings: one column more each, whether the person has a row of that owner. */
  readonly optional?: readonly string[]
  readonly dominance?: readonly ReferenceDominance[]
  readonly released: number
  readonly withheld: Readonly<Partial<Record<Reason, number>>>
}

/** Either n and k of (n,k), or p of p%. */
export type ReferenceDominance = { readonly n: number; readonly k: number } | { readonly p: number }

/** The query of a case, as a contract holds it. */
export function queryOf(entry: {
  readonly output: readonly OutputColumn[]
  readonly parameters: readonly Parameter[]
  readonly sql: string
}): Query {
  return {
    maxGroups: 1000,
    meaning: "a case",
    name: "asked",
    output: [...entry.output],
    parameters: [...entry.parameters],
    privacy: null,
    purpose: PURPOSE,
    recipients: [RECIPIENT],
    sql: entry.sql,
  }
}
