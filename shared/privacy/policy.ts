import type { Contract } from "../contract/contract.ts"
import type { PrivatePolicy } from "../contract/private-policy.ts"
import { scaledToText } from "../query/decimal.ts"
import type { Plan } from "../query/plan.ts"
import { epsilonUp } from "./accounting.ts"
import { type Mechanism, mechanismOf, type NoisyNumber } from "./mechanism.ts"
import { rationalOf } from "./rational.ts"
import { textUp } from "./upward.ts"

/** Digits of a stated epsilon. */
const EPSILON_DIGITS = 6

/** The effective rule of a private query, as it is shown before signing and stated in the receipt. */
export function privatePolicy(contract: Contract, plan: Plan): PrivatePolicy {
  const mechanism = mechanismOf(contract, plan)
  const { groups, numbers, privacy } = mechanism
  const datasets = contract.datasets.filter(({ name }) => plan.datasets.includes(name))
  return {
    groups: groups.length,
    groupsPerIdentity: privacy.groupsPerIdentity,
    guarantees: datasets.flatMap(({ name, rule: { privacyBudget } }) =>
      privacyBudget === null ? [] : [{ dataset: name, ...guaranteeOf(privacy.rho, privacyBudget.delta) }],
    ),
    mode: "differential-privacy",
    numbers: numbers.map((number) => statedNumber(plan, mechanism, number)),
    owners: [...new Set(datasets.map(({ owner }) => owner))],
    rho: privacy.rho,
  }
}

/** The epsilon of one rho, rounded up to the digits that are shown. */
function guaranteeOf(rho: string, delta: string): { readonly delta: string; readonly epsilon: string } {
  return { delta, epsilon: textUp(epsilonUp(rationalOf(rho), rationalOf(delta)), EPSILON_DIGITS) }
}

function statedNumber(plan: Plan, { clamps }: Mechanism, number: NoisyNumber): PrivatePolicy["numbers"][number] {
  const { aggregate, bound, part, variance } = number
  const scale = part === "value" ? (clamps[aggregate]?.scale ?? 0) : 0
  return {
    bound: scaledToText(bound, scale),
    column: columnName(plan, aggregate),
    part,
    scale,
    variance: { denominator: variance.denominator.toString(), numerator: variance.numerator.toString() },
  }
}

function columnName({ outputs }: Plan, aggregate: number): string {
  for (const output of outputs) {
    if (output.kind === "aggregate" && output.aggregate === aggregate) return output.name
    if (output.kind === "ratio" && output.numerator === aggregate) return `${output.name}.numerator`
    if (output.kind === "ratio" && output.denominator === aggregate) return `${output.name}.denominator`
  }
  throw new RangeError("an aggregate of no output")
}
