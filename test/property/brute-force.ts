import type { Aggregate, Block, Cte, PersonAggregate, Plan } from "../../shared/query/plan.ts"
import { compareValues, evaluate, type Given, type Joined } from "./evaluate.ts"
import type { Row, Value } from "./value.ts"

/** Rows by name of a dataset or common table expression. */
export type Tables = ReadonlyMap<string, readonly Row[]>

/** What one person does in one group. */
export interface PersonTruth {
  readonly person: number
  /** Owners of whom the person has a row in the group. */
  readonly owners: ReadonlySet<string>
  /** By aggregate: null is no contribution; of a count, 1. */
  readonly totals: readonly (bigint | null)[]
  /** By aggregate: rows with a value. */
  readonly rows: readonly bigint[]
}
export interface GroupTruth {
  readonly dimensions: readonly Value[]
  readonly people: readonly PersonTruth[]
}

/** Executes a plan row by row, by nested loops, straight from `shared/query/plan.ts`. */
export function bruteForce(plan: Plan, datasets: Tables, given: Given): readonly GroupTruth[] {
  const tables = new Map(datasets)
  for (const cte of plan.ctes) tables.set(`cte ${cte.name}`, cteRows(cte, tables, given))
  const dimensions = plan.outputs.flatMap((output) => (output.kind === "dimension" ? [output.value] : []))
  const groups = groupBy(joinedRows(plan.from, tables, given), (joined) =>
    dimensions.map((dimension) => evaluate(dimension, joined, given)),
  )
  return groups.map(({ key, members }) => ({
    dimensions: key,
    people: groupBy(members, (joined) => [BigInt(personOf(joined))]).map(({ members: own }) =>
      personTruth(plan, own, given),
    ),
  }))
}

function personTruth(plan: Plan, rows: readonly Joined[], given: Given): PersonTruth {
  const [first = []] = rows
  const owners = plan.from.relations.flatMap((relation, index) =>
    rows.some((joined) => joined[index] !== null) ? relation.owners : [],
  )
  const values = plan.aggregates.map((aggregate) => valuesOf(aggregate, rows, given))
  return {
    owners: new Set(owners),
    person: personOf(first),
    rows: values.map((own) => BigInt(own.length)),
    totals: values.map((own, index) => {
      const total = own.reduce((sum, value) => sum + value, 0n)
      if (plan.aggregates[index]?.kind === "count") return total === 0n ? null : 1n
      return total === 0n ? null : total
    }),
  }
}

/** Of a count, 1 for each row that counts. */
function valuesOf(aggregate: Aggregate, rows: readonly Joined[], given: Given): readonly bigint[] {
  const { filter } = aggregate
  const passing = rows.filter((joined) => filter === null || evaluate(filter, joined, given) === true)
  return passing.flatMap((joined) => {
    if (aggregate.kind === "count") return joined[aggregate.relation] === null ? [] : [1n]
    const value = evaluate(aggregate.argument, joined, given)
    return typeof value === "bigint" ? [value] : []
  })
}

function cteRows({ columns, from, grouped }: Cte, tables: Tables, given: Given): readonly Row[] {
  const rows = joinedRows(from, tables, given)
  const values = columns.flatMap((column) => (column.kind === "value" ? [column.value] : []))
  const keyOf = (joined: Joined) => [BigInt(personOf(joined)), ...values.map((value) => evaluate(value, joined, given))]
  const groups = grouped ? groupBy(rows, keyOf) : rows.map((joined) => ({ key: keyOf(joined), members: [joined] }))
  return groups.map(({ key, members }) => {
    const [person, ...rest] = key
    const cells = columns.flatMap((column): [string, Value][] => {
      if (column.kind === "identity") return []
      if (column.kind === "value") return [[column.name, rest.shift() ?? null]]
      return [[column.name, personAggregate(column.aggregate, members, given)]]
    })
    return { cells: new Map(cells), person: Number(person) }
  })
}

function personAggregate(aggregate: PersonAggregate, rows: readonly Joined[], given: Given): Value {
  const { argument, by, filter, kind } = aggregate
  const passing = rows.filter((joined) => filter === null || evaluate(filter, joined, given) === true)
  if (kind === "count-rows" || argument === null) return BigInt(passing.length)
  const pairs = passing
    .map((joined) => [by === null ? 0n : evaluate(by, joined, given), evaluate(argument, joined, given)] as const)
    .filter(([order, value]) => order !== null && value !== null)
    .toSorted(([a, x], [b, y]) => compareValues(a, b) || compareValues(x, y))
  const values = pairs.map(([, value]) => value)
  if (kind === "count") return BigInt(values.length)
  if (kind === "sum") {
    return values.length === 0 ? null : values.reduce<bigint>((sum, value) => sum + BigInt(value ?? 0), 0n)
  }
  return (kind === "first" || kind === "min" ? values[0] : values.at(-1)) ?? null
}

/** Left-deep nested loops; conditions that are not true drop a pair. */
function joinedRows({ relations, where }: Block, tables: Tables, given: Given): readonly Joined[] {
  const joined = relations.reduce<readonly Joined[]>(
    (left, { join, on, source, tiedTo }, index) => {
      const right = tables.get("dataset" in source ? source.dataset : `cte ${source.cte}`) ?? []
      return left.flatMap((row) => {
        const pairs = right.map((other): Joined => [...row, other])
        const tied = (pair: Joined) => index === 0 || (pair[tiedTo] ?? null)?.person === pair[index]?.person
        const found = pairs.filter((pair) => tied(pair) && (on === null || evaluate(on, pair, given) === true))
        return found.length === 0 && join === "left" ? [[...row, null]] : found
      })
    },
    [[]],
  )
  return joined.filter((row) => where === null || evaluate(where, row, given) === true)
}

function personOf(joined: Joined): number {
  return joined[0]?.person ?? -1
}

function groupBy<T>(rows: readonly T[], keyOf: (row: T) => readonly Value[]) {
  const groups = new Map<string, { readonly key: readonly Value[]; readonly members: T[] }>()
  for (const row of rows) {
    const key = keyOf(row)
    const name = key.map((value) => `${typeof value} ${String(value)}`).join("\n")
    const group = groups.get(name) ?? { key, members: [] }
    group.members.push(row)
    groups.set(name, group)
  }
  return [...groups.values()]
}
