import type { Group } from "../../shared/gate/group.ts"
import type { Aggregate, Plan } from "../../shared/query/plan.ts"
import type { ValueType } from "../../shared/query/value-type.ts"
import type { GroupTruth } from "./brute-force.ts"
import { date, type Value, written } from "./value.ts"

/** What the gate should have read, of a group as the brute force knows it; one form for both, to be compared. */
export interface Numbers {
  readonly dimensions: readonly (string | null)[]
  readonly people: bigint
  readonly alike: bigint
  readonly present: Readonly<Record<string, bigint>>
  readonly aggregates: readonly {
    readonly contributing: bigint
    readonly present: Readonly<Record<string, bigint>>
    readonly total: bigint
    readonly rows: bigint
    readonly absolute: bigint
    readonly shares: readonly bigint[]
  }[]
}

export function numbersOf({ aggregates, alike, dimensions, people, present }: Group): Numbers {
  return {
    aggregates: aggregates.map(({ absolute, contributing, contributingPresent, rows, shares, total }) => ({
      absolute,
      contributing,
      present: Object.fromEntries(contributingPresent),
      rows,
      shares,
      total,
    })),
    alike,
    dimensions,
    people,
    present: Object.fromEntries(present),
  }
}

/** `asked` is how many shares the policy needs. */
export function expectedNumbers(plan: Plan, truth: GroupTruth, asked: number): Numbers {
  const { people } = truth
  const owners = ownersOfSome(plan)
  const count = (list: readonly unknown[]) => BigInt(list.length)
  const present = (list: GroupTruth["people"]) =>
    Object.fromEntries(owners.map((owner) => [owner, count(list.filter((person) => person.owners.has(owner)))]))
  return {
    aggregates: plan.aggregates.map(({ kind }, index) => {
      const contributors = people.filter(({ totals }) => (totals[index] ?? null) !== null)
      const totals = contributors.map((person) => person.totals[index] ?? 0n)
      const sizes = totals.map((total) => (total < 0n ? -total : total)).toSorted((a, b) => (a < b ? 1 : -1))
      return {
        absolute: sum(sizes),
        contributing: count(contributors),
        present: present(contributors),
        rows: kind === "avg" ? sum(people.map(({ rows }) => rows[index] ?? 0n)) : 0n,
        shares: kind === "count" ? [] : sizes.slice(0, asked),
        total: sum(totals),
      }
    }),
    alike: comparable(plan) ? fewestAlike(plan, truth) : count(people),
    dimensions: dimensionTexts(plan, truth),
    people: count(people),
    present: present(people),
  }
}

function ofSome({ from }: Plan, aggregate: Aggregate): boolean {
  return (
    aggregate.kind !== "count" || aggregate.filter !== null || from.relations[aggregate.relation]?.optional === true
  )
}

function comparable(plan: Plan): boolean {
  const some = plan.aggregates.filter((aggregate) => ofSome(plan, aggregate))
  return some.length > 1 || some.some(({ kind }) => kind === "avg")
}

/** The fewest people who contribute to the same aggregates and to no other, and have a value for the same averages. */
export function fewestAlike({ aggregates }: Plan, { people }: GroupTruth): bigint {
  const sizes = new Map<string, number>()
  for (const { rows, totals } of people) {
    const pattern = aggregates
      .map(({ kind }, i) => [(totals[i] ?? null) !== null, kind === "avg" && rows[i] !== 0n])
      .join()
    sizes.set(pattern, (sizes.get(pattern) ?? 0) + 1)
  }
  return BigInt(Math.min(...sizes.values()))
}

/** Owners whose every relation is optional. */
export function ownersOfSome({ from: { relations } }: Plan): readonly string[] {
  const owners = [...new Set(relations.flatMap((relation) => relation.owners))]
  return owners.filter((owner) => relations.every((relation) => relation.optional || !relation.owners.includes(owner)))
}

export function dimensionTexts(plan: Plan, { dimensions }: GroupTruth): readonly (string | null)[] {
  const types = plan.outputs.flatMap((output) => (output.kind === "dimension" ? [output.value.type] : []))
  return dimensions.map((value, index) => cellText(value, types[index]))
}

function cellText(value: Value, type: ValueType | undefined): string | null {
  if (value === null) return null
  return type?.kind === "date" ? date(BigInt(value)) : String(value)
}

export function sum(numbers: readonly bigint[]): bigint {
  return numbers.reduce((total, number) => total + number, 0n)
}

/** A total as DuckDB writes it. */
export function totalText(plan: Plan, index: number, total: bigint): string {
  const aggregate = plan.aggregates[index]
  if (aggregate === undefined || aggregate.kind === "count") return String(total)
  const { type } = aggregate.argument
  return written(total, type.kind === "decimal" ? type.scale : 0)
}
