import type { ValueColumn } from "../contract/columns.ts"
import type { Query } from "../contract/query.ts"
import { CalendarDate, Instant } from "../json/fields.ts"
import { ANY, EXPRESSION, requireClosed } from "./closed.ts"
import { scaledToText } from "./decimal.ts"
import type { Operand } from "./judged.ts"
import type { Places } from "./place.ts"
import { node, type TreeNode, type TreeValue } from "./tree.ts"

const INTEGERS = new Set([
  "TINYINT",
  "SMALLINT",
  "INTEGER",
  "BIGINT",
  "UTINYINT",
  "USMALLINT",
  "UINTEGER",
  "UBIGINT",
  "HUGEINT",
])

/** A constant or parameter that is compared with `column`: exactly its declared type, no implicit cast. */
export function operandOf(places: Places, query: Query, column: ValueColumn, value: TreeNode): Operand {
  if (value.class === "PARAMETER") return parameter(places, query, column, value)
  const constant = constantOf(places, value)
  const text = TEXTS[column.type](constant, column)
  if (text === null) places.refuse(value, `not a constant of ${column.name}'s type, ${column.type}`)
  return { kind: "literal", text }
}

function parameter(places: Places, query: Query, column: ValueColumn, value: TreeNode): Operand {
  requireClosed(
    places,
    value,
    { ...EXPRESSION, class: "PARAMETER", identifier: ANY, type: "VALUE_PARAMETER" },
    "parameter",
  )
  const declared = query.parameters.find(({ name }) => name === value.identifier)
  if (declared === undefined) return places.refuse(value, `parameter $${String(value.identifier)} is not declared`)
  const scale = declared.type === "decimal" ? declared.scale : 0
  const fits = declared.type === column.type && (column.type !== "decimal" || scale <= column.scale)
  if (!fits) places.refuse(value, `parameter $${declared.name} is not of ${column.name}'s type, ${column.type}`)
  return { kind: "parameter", name: declared.name }
}

/** A constant, or a cast of a constant, as DuckDB writes DATE '...' and TRUE. */
interface Constant {
  readonly type: string
  readonly scale: number
  readonly value: TreeValue
}

function constantOf(places: Places, value: TreeNode): Constant {
  if (value.class === "CAST") return castConstant(places, value)
  if (value.class !== "CONSTANT")
    return places.refuse(value, "only constants and parameters are compared with a column")
  requireClosed(places, value, { ...EXPRESSION, class: "CONSTANT", type: "VALUE_CONSTANT", value: ANY }, "constant")
  const inner = node(value.value)
  requireClosed(places, inner, { is_null: false, type: ANY, value: ANY }, "constant")
  const type = node(inner.type)
  const scale = type.id === "DECIMAL" ? Number(node(type.type_info).scale) : 0
  return { scale, type: String(type.id), value: inner.value ?? null }
}

function castConstant(places: Places, value: TreeNode): Constant {
  const shape = { ...EXPRESSION, cast_type: ANY, child: ANY, class: "CAST", try_cast: false, type: "OPERATOR_CAST" }
  requireClosed(places, value, shape, "cast")
  const target = String(node(value.cast_type).id)
  const child = node(value.child)
  if (child.class !== "CONSTANT" || !["DATE", "TIMESTAMP", "BOOLEAN"].includes(target)) {
    return places.refuse(value, "casts are not part of the profile")
  }
  const inner = constantOf(places, child)
  if (inner.type !== "VARCHAR") return places.refuse(value, "casts are not part of the profile")
  return { ...inner, type: target }
}

/** By column type: the constant's text as the contract would write it, or null when it is of another type. */
const TEXTS: Readonly<Record<ValueColumn["type"], (constant: Constant, column: ValueColumn) => string | null>> = {
  boolean: ({ type, value }) => {
    if (type !== "BOOLEAN") return null
    if (value === true || value === "t" || value === "true") return "true"
    // Whatever else DuckDB reads as a boolean ("yes", "1", "TRUE") is refused, not guessed at.
    return value === false || value === "f" || value === "false" ? "false" : null
  },
  date: ({ type, value }) => (type === "DATE" && CalendarDate.safeParse(value).success ? String(value) : null),
  decimal: ({ scale, type, value }, column) => {
    if (column.type !== "decimal" || (typeof value !== "number" && typeof value !== "bigint")) return null
    if (type !== "DECIMAL" && !INTEGERS.has(type)) return null
    return scale <= column.scale ? scaledToText(BigInt(value), scale) : null
  },
  integer: ({ type, value }) => {
    if (!INTEGERS.has(type) || typeof value !== "number" || !Number.isSafeInteger(value)) return null
    return String(value)
  },
  text: ({ type, value }, column) =>
    type === "VARCHAR" && column.type === "text" && column.domain.includes(String(value)) ? String(value) : null,
  timestamp: ({ type, value }) => {
    const instant = String(value).replace(" ", "T").replace(/Z?$/, "Z")
    return type === "TIMESTAMP" && Instant.safeParse(instant).success ? instant : null
  },
}
