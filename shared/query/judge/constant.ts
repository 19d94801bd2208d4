import { CalendarDate, Instant, text } from "../../json/fields.ts"
import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import { scaledToText } from "../decimal.ts"
import type { Places } from "../place.ts"
import { node, type TreeNode, type TreeValue } from "../tree.ts"
import { daysOf, microsOf } from "../types/calendar.ts"
import { valueTypeOf } from "../types/declared.ts"
import { bounded } from "../types/limits.ts"
import type { ValueType } from "../value-type.ts"
import { type Cell, readCell, readText, readType } from "./cell.ts"
import type { Context } from "./context.ts"
import { NO_LINEAGE, type Term } from "./lineage.ts"

const INTEGERS: ReadonlySet<string> = new Set(["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"])
const TYPED: ReadonlySet<string> = new Set(["BOOLEAN", "DATE", "TIMESTAMP"])
const Text = text(200)

const LITERAL = { bare: null, guarded: [], lineage: NO_LINEAGE, making: "literal" } as const

export function judgeParameter({ places, query }: Context, tree: TreeNode): Term {
  const shape = { ...EXPRESSION, class: "PARAMETER", identifier: ANY, type: "VALUE_PARAMETER" }
  requireClosed(places, tree, shape, "parameter")
  const declared = query.parameters.find(({ name }) => name === tree.identifier)
  if (declared === undefined) return places.refuse(tree, `parameter $${String(tree.identifier)} is not declared`)
  const type = valueTypeOf(declared)
  if (!bounded(type)) places.refuse(tree, `the range of $${declared.name} is too wide`, "query-range")
  return {
    ...LITERAL,
    at: tree,
    counts: true,
    expression: { name: declared.name, node: "parameter", nullable: false, type },
  }
}

export function judgeConstant({ places }: Context, tree: TreeNode): Term {
  const cell = readCell(places, tree)
  if (cell === null) return places.refuse(tree, "NULL has no type here", "query-type")
  return constantTerm(places, tree, cell)
}

/** `DATE '...'`, `TIMESTAMP '...'` and TRUE, which DuckDB writes as casts of text; null for any other cast. */
export function judgeTypedConstant({ places }: Context, tree: TreeNode): Term | null {
  const shape = { ...EXPRESSION, cast_type: ANY, child: ANY, class: "CAST", try_cast: ANY, type: "OPERATOR_CAST" }
  requireClosed(places, tree, shape, "cast")
  const type = readType(places, tree, node(tree.cast_type))
  const value = tree.try_cast === false && TYPED.has(type.id) ? readText(places, node(tree.child)) : null
  return value === null ? null : constantTerm(places, tree, { type, value })
}

function constantTerm(places: Places, tree: TreeNode, cell: Cell): Term {
  const read = readConstant(cell)
  if (read === null) return places.refuse(tree, "no constant of a type that this version knows", "query-type")
  if (!bounded(read.type)) places.refuse(tree, "a constant out of the range of its type", "query-range")
  const { type } = read
  const zero = (type.kind === "integer" || type.kind === "decimal") && type.min === 0n
  return { ...LITERAL, at: tree, counts: !zero, expression: { ...read, node: "constant", nullable: false } }
}

interface Read {
  readonly text: string
  readonly type: ValueType
}

function readConstant({ type: { id, scale }, value }: Cell): Read | null {
  switch (id) {
    case "VARCHAR":
      return Text.safeParse(value).success
        ? { text: String(value), type: { domain: [String(value)], kind: "text" } }
        : null
    case "DECIMAL":
      return readDecimal(scale, value)
    case "BOOLEAN":
      return readBoolean(value)
    case "DATE":
      return readDate(String(value))
    case "TIMESTAMP":
      return readTimestamp(String(value))
    default:
      return INTEGERS.has(id) ? readInteger(value) : null
  }
}

function readInteger(value: TreeValue): Read | null {
  const units = unitsOf(value)
  return units === null ? null : { text: String(units), type: { kind: "integer", max: units, min: units, step: 1n } }
}

function unitsOf(value: TreeValue): bigint | null {
  return typeof value === "bigint" || (typeof value === "number" && Number.isSafeInteger(value)) ? BigInt(value) : null
}

function readDecimal(scale: number, value: TreeValue): Read | null {
  const units = unitsOf(value)
  if (units === null || !Number.isSafeInteger(scale) || scale < 0) return null
  return { text: scaledToText(units, scale), type: { kind: "decimal", max: units, min: units, scale, step: 1n } }
}

/** Whatever else DuckDB reads as a boolean ("yes", "1", "TRUE") is refused, not guessed at. */
function readBoolean(value: TreeValue): Read | null {
  if (value === true || value === "t" || value === "true") return { text: "true", type: { kind: "boolean" } }
  return value === false || value === "f" || value === "false" ? { text: "false", type: { kind: "boolean" } } : null
}

function readDate(text: string): Read | null {
  if (!CalendarDate.safeParse(text).success) return null
  return { text, type: { kind: "date", max: daysOf(text), min: daysOf(text), unit: "day" } }
}

function readTimestamp(value: string): Read | null {
  const text = value.replace(" ", "T").replace(/Z?$/, "Z")
  if (!Instant.safeParse(text).success) return null
  return { text, type: { kind: "timestamp", max: microsOf(text), min: microsOf(text) } }
}
