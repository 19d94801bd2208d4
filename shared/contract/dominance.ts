import type { Dominance } from "./rule.ts"

/** The rules without doubles and without those that another one implies; the order is that of the first mention. */
export function withoutImplied(rules: readonly Dominance[]): readonly Dominance[] {
  return rules.filter(
    (rule, index) =>
      !rules.some((other, at) => at !== index && implies(other, rule) && (at < index || !implies(rule, other))),
  )
}

/**
 * Whether whatever meets `strict` meets `loose`: at most k' percent for the n' largest bounds the n <= n' largest, and
 * at least p' percent from the others is at least p <= p'.
 */
export function implies(strict: Dominance, loose: Dominance): boolean {
  if (strict.kind === "n-k") return loose.kind === "n-k" && strict.n >= loose.n && strict.k <= loose.k
  return loose.kind === "p-percent" && strict.p >= loose.p
}
