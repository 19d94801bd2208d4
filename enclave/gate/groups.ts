import type { ValueColumn } from "../../shared/contract/columns.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { CalendarDate } from "../../shared/json/fields.ts"
import { absolute, textToScaled } from "../../shared/query/decimal.ts"
import type { ColumnUse, JudgedQuery } from "../../shared/query/judged.ts"
import { columnOf, datasetOf, largestValue, rowsPerIdentity } from "../../shared/query/policy.ts"
import type { EngineOutput } from "../engine/engine.ts"

/** One sum or average of a group: total in units of the measure's scale, rows with a value, identities that count. */
export interface Measure {
  readonly total: bigint
  readonly rows: bigint
  readonly contributing: bigint
}

/** One group as the engine reports it, with every cell within what the contract lets it be. */
export interface Group {
  readonly people: bigint
  readonly dimensions: readonly (string | null)[]
  readonly measures: readonly Measure[]
}

/** Reads rows in the layout of `aggregateSql`. A compromised engine could put anything here: each cell is bounded. */
export function readGroups(contract: Contract, plan: JudgedQuery, output: EngineOutput): readonly Group[] {
  if (output.length > MOST_GROUPS) throw refused("too many groups")
  const groups = output.map((row) => readGroup(contract, plan, row))
  const keys = new Set(groups.map(({ dimensions }) => JSON.stringify(dimensions)))
  if (keys.size !== groups.length) throw refused("the same group twice")
  return groups
}

/** Most groups that the engine may report, withheld ones included. */
export const MOST_GROUPS = 200_000

function readGroup(contract: Contract, plan: JudgedQuery, row: readonly (string | null)[]): Group {
  const cells = [...row]
  const people = whole(cells.shift(), mostPeople(contract, plan))
  const dimensions: (string | null)[] = []
  const measures: Measure[] = []
  for (const output of plan.outputs) {
    if (output.kind === "dimension") dimensions.push(dimension(contract, output.column, cells.shift()))
    else if (output.kind !== "count") measures.push(measure(contract, plan, output.column, people, cells.splice(0, 3)))
  }
  if (cells.length > 0 || people === 0n) throw refused("a row of another shape")
  return { dimensions, measures, people }
}

/** A dimension's value must be one that the contract declares. */
function dimension(contract: Contract, use: ColumnUse, cell: string | null | undefined): string | null {
  const column = columnOf(datasetOf(contract, use.dataset), use.column)
  if (cell === undefined || (cell === null && !column.nullable)) throw refused("a dimension without a value")
  if (cell === null || declared(column, cell)) return cell
  throw refused("a dimension outside its domain")
}

function declared(column: ValueColumn, cell: string): boolean {
  switch (column.type) {
    case "text":
      return column.domain.includes(cell)
    case "boolean":
      return cell === "true" || cell === "false"
    case "date":
      return CalendarDate.safeParse(cell).success && cell >= column.range.min && cell <= column.range.max
    case "integer": {
      const value = Number(cell)
      const { max, min, step } = column.range
      return (
        String(value) === cell &&
        Number.isSafeInteger(value) &&
        value >= min &&
        value <= max &&
        (value - min) % step === 0
      )
    }
    default:
      return false
  }
}

function measure(
  contract: Contract,
  plan: JudgedQuery,
  use: ColumnUse,
  people: bigint,
  [total, rows, contributing]: readonly (string | null)[],
): Measure {
  const most = people * BigInt(rowsPerIdentity(contract, plan))
  const found = {
    contributing: whole(contributing, people),
    rows: whole(rows, most),
    total: scaled(total ?? "0", use.scale),
  }
  if (absolute(found.total) > found.rows * largestValue(datasetOf(contract, use.dataset), use)) {
    throw refused("a sum beyond its range")
  }
  return found
}

function mostPeople(contract: Contract, plan: JudgedQuery): bigint {
  return BigInt(Math.min(...plan.datasets.map((name) => datasetOf(contract, name).maxRows)))
}

function whole(cell: string | null | undefined, most: bigint): bigint {
  if (typeof cell !== "string" || !/^(?:0|[1-9]\d{0,30})$/.test(cell)) throw refused("a count that is no number")
  const value = BigInt(cell)
  if (value > most) throw refused("a count beyond its bound")
  return value
}

function scaled(cell: string, scale: number): bigint {
  if (!/^-?\d{1,40}(?:\.\d{1,9})?$/.test(cell) || (cell.split(".")[1] ?? "").length > scale) {
    throw refused("a sum that is no number of its scale")
  }
  return textToScaled(cell, scale)
}

function refused(what: string): ParleyError {
  return new ParleyError("gate-refused", what)
}
