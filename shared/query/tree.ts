import { ParleyError } from "../errors/index.ts"
import { canonicalText } from "../json/canonical.ts"

/** DuckDB's tree of one statement, with integers beyond 2^53 as bigint, so that no digit is lost. */
export type TreeValue = string | number | bigint | boolean | null | readonly TreeValue[] | TreeNode
export interface TreeNode {
  readonly [field: string]: TreeValue
}

/** Runs `SELECT <sql>` with one bound text and returns the one text cell. A throwaway process supplies it. */
export type Scalar = (sql: string, text: string) => Promise<string>

const SERIALIZE = "json_serialize_sql($1::VARCHAR, skip_default := false, skip_empty := false, skip_null := false)"

/** Control, bidi and invisible format characters, but for line feed and tab. */
const UNSEEN = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}]/u

/** A statement's tree, and DuckDB's own text for it. */
export interface ParsedStatement {
  readonly tree: TreeNode
  readonly text: string
}

/**
 * Parses exactly one SELECT. Tree to text to tree must be a fixpoint: where it is not (`a LEFT JOIN (b CROSS JOIN c)`),
 * what was judged would not be what DuckDB says it read.
 */
export async function parseStatement(scalar: Scalar, sql: string): Promise<ParsedStatement> {
  if (!sql.isWellFormed() || UNSEEN.test(sql)) {
    throw new ParleyError("query-malformed", "a character in it is not seen, so that readers see other SQL than runs")
  }
  const tree = readStatement(await scalar(SERIALIZE, sql))
  const text = await scalar(`json_deserialize_sql(${SERIALIZE})`, sql)
  const again = await scalar(SERIALIZE, text)
  if (node(parseExactly(again)).error === true || shape(tree) !== shape(readStatement(again))) {
    throw new ParleyError("query-refused", "the SQL does not survive DuckDB's own printing; write its joins one by one")
  }
  return { text, tree }
}

/** Reads DuckDB's answer; a syntax error comes as a value in it. */
export function readStatement(json: string): TreeNode {
  const answer = node(parseExactly(json))
  if (answer.error === true) {
    const at = /^\d+$/.test(String(answer.position)) ? `, at character ${Number(answer.position) + 1}` : ""
    throw new ParleyError("query-malformed", `not a SELECT that DuckDB parses${at}`)
  }
  const { statements } = answer
  if (!Array.isArray(statements) || statements.length !== 1) {
    throw new ParleyError("query-refused", "expected exactly one SELECT")
  }
  return node((statements as readonly TreeValue[])[0] ?? null)
}

export function node(value: TreeValue | undefined): TreeNode {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value as TreeNode
  throw new ParleyError("query-refused", "the tree has another shape than this version knows")
}

export function list(value: TreeValue | undefined): readonly TreeValue[] {
  if (Array.isArray(value)) return value as readonly TreeValue[]
  throw new ParleyError("query-refused", "the tree has another shape than this version knows")
}

/** 64-bit locations and literals lose digits in `JSON.parse`: the reviver sees their source text (ECMA-262, JSON.parse source text access). */
function parseExactly(json: string): TreeValue {
  const keep = (_key: string, value: unknown, ...context: readonly unknown[]): unknown => {
    if (typeof value !== "number" || Number.isSafeInteger(value)) return value
    const { source } = (context[0] ?? {}) as { source?: string }
    return source !== undefined && /^-?\d+$/.test(source) ? BigInt(source) : source
  }
  return JSON.parse(json, keep) as TreeValue
}

/** The tree without places, as text. */
function shape(tree: TreeValue): string {
  return canonicalText(withoutPlaces(tree))
}

function withoutPlaces(value: TreeValue): unknown {
  if (typeof value === "bigint") return `${value}n`
  if (Array.isArray(value)) return value.map(withoutPlaces)
  if (value === null || typeof value !== "object") return value
  const entries = Object.entries(value as TreeNode).filter(([field]) => field !== "query_location")
  return Object.fromEntries(entries.map(([field, inner]) => [field, withoutPlaces(inner)]))
}
