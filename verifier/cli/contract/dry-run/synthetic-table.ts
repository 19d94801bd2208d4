import type { Column, ValueColumn } from "../../../../shared/contract/columns.ts"
import type { Dataset } from "../../../../shared/contract/dataset.ts"
import { identifier, literal } from "../../engine/duckdb.ts"

/** Most rows that one synthetic person has in one dataset, where the contract lets it have more. */
const MOST_ROWS = 5
/** Of how many synthetic persons a dataset has how many. */
const [PRESENT, OF] = [7, 10]
/** One in so many cells of a column that may be empty is. */
const EMPTY_EVERY = 10
const MICROSECONDS_PER_DAY = 86_400_000_000n

/**
 * SELECT of SYNTHETIC rows for a dataset, from its schema and declared domains alone: seven in ten of `people` persons
 * have one to five rows, the same ones whenever it runs. Values are spread evenly over what is declared, so they say
 * nothing about what real data hold.
 */
export function syntheticRows(dataset: Dataset, people: number): string {
  const most = Math.min(MOST_ROWS, dataset.maxRowsPerIdentity)
  const name = literal(dataset.name)
  const persons = `SELECT p FROM range(${people}) AS persons(p) WHERE hash(p, ${name}) % ${OF} < ${PRESENT}`
  const rows = `SELECT p, unnest(range(1 + (hash(p, ${name}, 'rows') % ${most})::BIGINT)) AS r FROM (${persons})`
  const cells = dataset.columns.map((column) => `${cell(dataset, column)} AS ${identifier(column.name)}`)
  return `SELECT ${cells.join(", ")} FROM (${rows}) LIMIT ${dataset.maxRows}`
}

function cell(dataset: Dataset, column: Column): string {
  if (column.type === "identity") return "md5(p::VARCHAR)::UUID"
  const drawn = `hash(p, r, ${literal(`${dataset.name}.${column.name}`)})`
  const value = valueFrom(column, drawn)
  return column.nullable ? `CASE WHEN ${drawn} // 7919 % ${EMPTY_EVERY} > 0 THEN ${value} END` : value
}

/** A value of the column from a whole number that is evenly spread. */
function valueFrom(column: ValueColumn, drawn: string): string {
  switch (column.type) {
    case "text": {
      const domain = column.domain.map(literal).join(", ")
      return `([${domain}])[1 + (${drawn} % ${column.domain.length})::BIGINT]`
    }
    case "boolean":
      return `(${drawn} % 2 = 0)`
    case "integer": {
      const { max, min, step } = column.range
      return `(${step}::HUGEINT * ${below(drawn, (BigInt(max) - BigInt(min)) / BigInt(step) + 1n)} + ${min})::BIGINT`
    }
    case "decimal":
      return decimalFrom(column, drawn)
    case "date": {
      const days = BigInt(Date.parse(column.range.max) - Date.parse(column.range.min)) / 86_400_000n
      return `(DATE ${literal(column.range.min)} + ${below(drawn, days + 1n)}::INTEGER)`
    }
    case "timestamp": {
      const span = BigInt(Date.parse(column.range.max) - Date.parse(column.range.min)) * 1000n
      const start = `TIMESTAMP ${literal(column.range.min.replace("T", " ").replace("Z", ""))}`
      // Whole seconds within a day and whole days: intervals of microseconds alone overflow over centuries.
      const [days, rest] = [span / MICROSECONDS_PER_DAY, (span % MICROSECONDS_PER_DAY) / 1_000_000n]
      return `(${start} + to_days(${below(drawn, days + 1n)}::INTEGER) + to_seconds(${below(`(${drawn} // 65537)`, rest + 1n)}))`
    }
  }
}

function decimalFrom({ range, scale }: Extract<ValueColumn, { type: "decimal" }>, drawn: string): string {
  const decimal = (text: string) => `CAST(${literal(text)} AS DECIMAL(18, ${scale}))`
  const units = (text: string) => `(CAST(${literal(text)} AS DECIMAL(38, ${scale})) * ${10 ** scale})::HUGEINT`
  const steps = `((${units(range.max)} - ${units(range.min)}) // ${units(range.step)} + 1)`
  const drawnStep = `(${drawn}::HUGEINT % ${steps})::BIGINT`
  return `CAST(${decimal(range.min)} + ${drawnStep} * ${decimal(range.step)} AS DECIMAL(18, ${scale}))`
}

function below(drawn: string, count: bigint): string {
  return `(${drawn}::HUGEINT % ${count})::BIGINT`
}
