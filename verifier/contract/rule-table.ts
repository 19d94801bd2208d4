import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import type { OutputColumn, Query } from "../../shared/contract/query.ts"
import type { Dominance } from "../../shared/contract/rule.ts"
import type { Plan } from "../../shared/query/plan.ts"

/** What holds for one released number: a row of the effective rule. A ratio has two, one for each of its sides. */
export interface RuleRow {
  readonly column: string
  readonly kind: string
  readonly from: string
  /** Distinct identities of every owner that must be behind it; null for a dimension. */
  readonly people: number | null
  /** Released values are multiples of it; null for a dimension. */
  readonly step: string | null
  readonly dominance: readonly string[]
}

export const RULE_HEADER = ["column", "kind", "from", "people", "multiples of", "dominance"] as const

export function ruleTable(query: Query, plan: Plan, policy: EffectivePolicy): readonly RuleRow[] {
  const dimensions = query.output.flatMap((output) => {
    if (output.kind !== "dimension" && output.kind !== "bucket") return []
    return [{ column: output.name, dominance: [], from: fromOf(output), kind: output.kind, people: null, step: null }]
  })
  const numbers = policy.aggregates.map(({ column, minIdentities, step }, index) => {
    const kind = plan.aggregates[index]?.kind ?? "count"
    const output = query.output.find(({ name }) => name === column || column.startsWith(`${name}.`))
    const dominance = kind === "count" ? [] : policy.dominance.map(dominanceText)
    const from = kind === "count" || output === undefined ? "people" : fromOf(output)
    return { column, dominance, from, kind, people: minIdentities, step }
  })
  return [...dimensions, ...numbers]
}

export function ruleCells({ column, dominance, from, kind, people, step }: RuleRow): readonly string[] {
  return [column, kind, from, String(people ?? ""), step ?? "", dominance.join(", ")]
}

/** In the field's own signs. */
export function dominanceText(rule: Dominance): string {
  return rule.kind === "n-k" ? `(${rule.n},${rule.k})` : `p% with p=${rule.p}`
}

export function dominanceInWords(rule: Dominance): string {
  if (rule.kind === "p-percent") {
    return `all but the two largest contributors make at least ${rule.p} % of what the largest makes`
  }
  const who = rule.n === 1 ? "largest contributor makes" : `${rule.n} largest contributors together make`
  return `the ${who} at most ${rule.k} % of a total`
}

function fromOf(output: OutputColumn): string {
  if (output.kind === "dimension") return `${output.dataset}.${output.column}`
  if ("reads" in output) return output.reads.map(({ column, dataset }) => `${dataset}.${column}`).join(" ") || "rows"
  return output.kind === "bucket" ? "computed" : "people"
}
