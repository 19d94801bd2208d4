import type { DuckDBConnection } from "@duckdb/node-api"
import type { LegitimateQuery, Reason, ReferenceAggregate, ReferenceDominance } from "./case.ts"

type Cell = string | null

/** One person of one group: what each aggregate gets from it, and which optional owners know it. */
interface Member {
  readonly totals: readonly (bigint | null)[]
  readonly rows: readonly bigint[]
  readonly present: readonly boolean[]
}

interface Group {
  readonly dimensions: readonly Cell[]
  readonly members: readonly Member[]
}

export interface Expected {
  readonly rows: readonly (readonly Cell[])[]
  readonly withheld: Readonly<Partial<Record<Reason, number>>>
}

/**
 * What a case must release, by brute force over the persons of each group: an oracle of its own, which knows nothing of
 * plans, policies and generated SQL. Numbers of thresholds and steps are the case's, in plain sight.
 */
export async function expectedRelease(entry: LegitimateQuery, engine: DuckDBConnection): Promise<Expected> {
  const groups = await groupsOf(entry, engine)
  const reasons = groups.map((group) => [group, reasonOf(entry, group)] as const)
  const failing = reasons.flatMap(([, reason]) => (reason === null ? [] : [reason]))
  const passing = reasons.flatMap(([group, reason]) => (reason === null ? [group] : [])).toSorted(bySize)
  let together = reasons.reduce((sum, [{ members }, reason]) => sum + (reason === null ? 0 : members.length), 0)
  const withheld: Reason[] = [...failing]
  while (withheld.length > 0 && (withheld.length < 2 || together < entry.k)) {
    const next = passing.shift()
    if (next === undefined) break
    together += next.members.length
    withheld.push("complement")
  }
  return { rows: passing.map((group) => cellsOf(entry, group)), withheld: tally(withheld) }
}

function bySize(a: Group, b: Group): number {
  const [left, right] = [JSON.stringify(a.dimensions), JSON.stringify(b.dimensions)]
  return a.members.length - b.members.length || (left < right ? -1 : 1)
}

function tally(reasons: readonly Reason[]): Expected["withheld"] {
  const counts: Partial<Record<Reason, number>> = {}
  for (const reason of reasons) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}

async function groupsOf(entry: LegitimateQuery, engine: DuckDBConnection): Promise<readonly Group[]> {
  const result = await engine.runAndReadAll(`SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${entry.reference})`)
  const dimensions = entry.output.filter(({ kind }) => kind === "dimension" || kind === "bucket").length
  const groups = new Map<string, { dimensions: readonly Cell[]; members: Member[] }>()
  for (const row of result.getRows() as Cell[][]) {
    const key = row.slice(0, dimensions)
    const group = groups.get(JSON.stringify(key)) ?? { dimensions: key, members: [] }
    group.members.push(memberOf(entry, row.slice(dimensions + 1)))
    groups.set(JSON.stringify(key), group)
  }
  return [...groups.values()]
}

function memberOf({ aggregates, optional = [] }: LegitimateQuery, cells: readonly Cell[]): Member {
  const rest = [...cells]
  const next = () => {
    const cell = rest.shift()
    if (cell === undefined) throw new Error("the reference has too few columns")
    return cell
  }
  const totals: (bigint | null)[] = []
  const rows: bigint[] = []
  for (const { kind } of aggregates) {
    const cell = next()
    totals.push(cell === null ? null : BigInt(cell))
    rows.push(kind === "count" ? 0n : BigInt(next() ?? 0))
  }
  const present = optional.map(() => next() === "true")
  if (rest.length > 0) throw new Error("the reference has too many columns")
  return { present, rows, totals }
}

function reasonOf(entry: LegitimateQuery, { members }: Group): Reason | null {
  const { aggregates, dominance = [], k, optional = [] } = entry
  const crowds = [members, ...optional.map((_, owner) => members.filter(({ present }) => present[owner]))]
  if (crowds.some((crowd) => crowd.length < k)) return "people"
  for (const [index, aggregate] of aggregates.entries()) {
    for (const crowd of crowds) {
      const contributing = crowd.filter(({ totals }) => (totals[index] ?? 0n) !== 0n).length
      if (contributing < aggregate.k) return "contributors"
      const leftOut = crowd.length - contributing
      if (leftOut > 0 && leftOut < aggregate.k) return "left-out"
    }
  }
  if (fewestAlike(entry, members) < Math.max(k, ...aggregates.map((aggregate) => aggregate.k))) return "alike"
  const sums = aggregates.flatMap(({ kind }, index) => (kind === "count" ? [] : [index]))
  const spread = sums.every((index) => dominance.every((rule) => isSpread(members, index, rule)))
  return spread ? null : "dominance"
}

/** The fewest people who contribute to the same aggregates of the row and to no other; an average divides by its zeros, too. */
function fewestAlike({ aggregates }: LegitimateQuery, members: readonly Member[]): number {
  const patterns = Map.groupBy(members, ({ rows, totals }) =>
    aggregates.map(({ kind }, i) => [(totals[i] ?? 0n) !== 0n, kind === "avg" && (rows[i] ?? 0n) > 0n]).join(),
  )
  return Math.min(...[...patterns.values()].map((people) => people.length))
}

function isSpread(members: readonly Member[], index: number, rule: ReferenceDominance): boolean {
  const shares = members
    .map(({ totals }) => totals[index] ?? 0n)
    .map((total) => (total < 0n ? -total : total))
    .toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0))
  const all = add(shares)
  if ("n" in rule) return add(shares.slice(0, rule.n)) * 100n <= all * BigInt(rule.k)
  return add(shares.slice(2)) * 100n >= (shares[0] ?? 0n) * BigInt(rule.p)
}

function add(numbers: readonly bigint[]): bigint {
  return numbers.reduce((sum, number) => sum + number, 0n)
}

function cellsOf({ aggregates, output }: LegitimateQuery, { dimensions, members }: Group): readonly Cell[] {
  const shown = [...dimensions]
  const numbers = aggregates.map((aggregate, index) => numberOf(aggregate, members, index))
  return output.map(({ kind }) => {
    if (kind === "dimension" || kind === "bucket") return shown.shift() ?? null
    const number = numbers.shift() ?? null
    if (kind !== "ratio") return number === null ? null : text(number.units, number.scale)
    const below = numbers.shift() ?? null
    if (number === null || below === null || below.units === 0n) return null
    const up = number.units * 10n ** BigInt(below.scale + 6)
    return text(nearest(up, below.units * 10n ** BigInt(number.scale)), 6)
  })
}

function numberOf(aggregate: ReferenceAggregate, members: readonly Member[], index: number) {
  const total = add(members.map(({ totals }) => totals[index] ?? 0n))
  const units = nearest(total, aggregate.step) * aggregate.step
  if (aggregate.kind === "count") return { scale: 0, units }
  if (aggregate.kind === "sum") return { scale: aggregate.scale, units }
  const rows = nearest(add(members.map((member) => member.rows[index] ?? 0n)), aggregate.rowStep) * aggregate.rowStep
  return rows === 0n ? null : { scale: aggregate.scale + 2, units: nearest(units * 100n, rows) }
}

/** The whole number nearest to a / b, ties away from zero. */
function nearest(a: bigint, b: bigint): bigint {
  const [top, below] = b < 0n ? [-a, -b] : [a, b]
  const magnitude = ((top < 0n ? -top : top) * 2n + below) / (below * 2n)
  return top < 0n ? -magnitude : magnitude
}

function text(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0")
  const fraction = scale === 0 ? "" : digits.slice(-scale).replace(/0+$/, "")
  const sign = units < 0n ? "-" : ""
  return `${sign}${digits.slice(0, digits.length - scale)}${fraction === "" ? "" : `.${fraction}`}`
}
