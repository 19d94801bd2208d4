import type { Contract } from "../contract/contract.ts"
import type { OutputColumn, Query } from "../contract/query.ts"
import { dimensionsOf, type Plan } from "../query/plan.ts"
import { dateOf, truncateDays } from "../query/types/calendar.ts"
import { bucketType, columnType } from "../query/types/declared.ts"
import type { ValueType } from "../query/value-type.ts"
import { inadmissible } from "./inadmissible.ts"

/** Cells of a result's dimensions, as the result writes them; null where a dimension may be null. */
export type GroupKey = readonly (string | null)[]

/** Most groups of a private result, whatever the query allows. */
const MOST_GROUPS = 100_000n
type DateType = Extract<ValueType, { kind: "date" }>

/**
 * Every group that the contract's declared domains can have, in their order. All of them are released, those that
 * nobody is in as well: which groups exist would otherwise tell who is in the data.
 */
export function groupsOf(contract: Contract, query: Query, plan: Plan): readonly GroupKey[] {
  const dimensions = dimensionsOf(plan).map(({ name, value }) => {
    const type = declaredType(contract, query, name)
    return { size: sizeOf(query, name, type) + (value.nullable ? 1n : 0n), type, value }
  })
  const most = BigInt(query.maxGroups) < MOST_GROUPS ? BigInt(query.maxGroups) : MOST_GROUPS
  const groups = dimensions.reduce((product, { size }) => product * size, 1n)
  if (groups > most) {
    throw inadmissible(query, `the declared domains have ${groups} groups, more than the ${most} that may be released`)
  }
  const domains = dimensions.map(({ type, value }) => [...valuesOf(type), ...(value.nullable ? [null] : [])])
  return domains.reduce<GroupKey[]>((keys, domain) => keys.flatMap((key) => domain.map((cell) => [...key, cell])), [[]])
}

function declaredType(contract: Contract, query: Query, name: string): ValueType {
  const output = query.output.find((candidate) => candidate.name === name)
  const type = output === undefined ? null : typeOf(contract, output)
  if (type === null) throw inadmissible(query, `${name}: no dimension with declared values`)
  return type
}

function typeOf({ datasets }: Contract, output: OutputColumn): ValueType | null {
  if (output.kind === "bucket") return bucketType(output.values)
  if (output.kind !== "dimension") return null
  const dataset = datasets.find(({ name }) => name === output.dataset)
  const column = dataset?.columns.find(({ name }) => name === output.column)
  return column === undefined || column.type === "identity" ? null : columnType(column)
}

/** Counted before anything is listed: a declared range may have 2^53 values. */
function sizeOf(query: Query, name: string, type: ValueType): bigint {
  switch (type.kind) {
    case "text":
      return BigInt(type.domain.length)
    case "boolean":
      return 2n
    case "integer":
      return (type.max - type.min) / type.step + 1n
    case "date":
      return BigInt(datesOf(type).length)
    default:
      throw inadmissible(query, `${name}: a ${type.kind} has no list of groups; declare a bucket`)
  }
}

function valuesOf(type: ValueType): readonly string[] {
  switch (type.kind) {
    case "text":
      return type.domain
    case "boolean":
      return ["false", "true"]
    case "integer": {
      const { max, min, step } = type
      return Array.from({ length: Number((max - min) / step) + 1 }, (_, i) => (min + BigInt(i) * step).toString())
    }
    case "date":
      return datesOf(type).map(dateOf)
    default:
      throw new RangeError("no domain")
  }
}

/** First days of the unit from `min` to `max`; a declared range has few enough: ten thousand years of days at most. */
function datesOf({ max, min, unit }: DateType): readonly bigint[] {
  const days: bigint[] = []
  for (let day = truncateDays(min, unit); day <= max; day = truncateDays(day + LONGEST[unit], unit)) {
    if (day >= min) days.push(day)
  }
  return days
}

/** Days that lead from the first day of any unit into the next one, and no further. */
const LONGEST: Readonly<Record<DateType["unit"], bigint>> = { day: 1n, month: 31n, quarter: 92n, week: 7n, year: 366n }
