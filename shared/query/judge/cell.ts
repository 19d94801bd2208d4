import { ANY, EXPRESSION, requireClosed } from "../closed.ts"
import type { Places } from "../place.ts"
import { node, type TreeNode, type TreeValue } from "../tree.ts"

/** A type as the tree names it. */
export interface NamedType {
  readonly id: string
  readonly scale: number
  readonly width: number
}

/** A constant as the tree has it. */
export interface Cell {
  readonly type: NamedType
  readonly value: TreeValue
}

/** A type without modifiers, or DECIMAL(width, scale): no collation, enumeration, list or structure. */
export function readType(places: Places, at: TreeNode, tree: TreeNode): NamedType {
  requireClosed(places, tree, { id: ANY, type_info: ANY }, "type")
  const id = String(tree.id)
  if (id !== "DECIMAL") {
    if (tree.type_info !== null) places.refuse(at, `a type ${id} with more to it is not part of the profile`)
    return { id, scale: 0, width: 0 }
  }
  const info = node(tree.type_info)
  const fixed = { alias: "", extension_info: null, type: "DECIMAL_TYPE_INFO" }
  requireClosed(places, info, { ...fixed, scale: ANY, width: ANY }, "type")
  const [scale, width] = [Number(info.scale), Number(info.width)]
  if (!Number.isSafeInteger(scale) || !Number.isSafeInteger(width)) places.refuse(at, "a decimal of unknown width")
  return { id, scale, width }
}

/** The cell of a CONSTANT, or null for NULL. */
export function readCell(places: Places, tree: TreeNode): Cell | null {
  requireClosed(places, tree, { ...EXPRESSION, class: "CONSTANT", type: "VALUE_CONSTANT", value: ANY }, "constant")
  const inner = node(tree.value)
  if (inner.is_null === true) {
    requireClosed(places, inner, { is_null: true, type: ANY }, "constant")
    return null
  }
  requireClosed(places, inner, { is_null: false, type: ANY, value: ANY }, "constant")
  return { type: readType(places, tree, node(inner.type)), value: inner.value ?? null }
}

/** The text of a text constant; null for anything else. */
export function readText(places: Places, tree: TreeNode): string | null {
  const cell = tree.class === "CONSTANT" ? readCell(places, tree) : null
  return cell?.type.id === "VARCHAR" && typeof cell.value === "string" ? cell.value : null
}

export function isNull(places: Places, tree: TreeNode): boolean {
  return tree.class === "CONSTANT" && readCell(places, tree) === null
}
