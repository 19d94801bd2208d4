import { ParleyError } from "../errors/index.ts"
import type { TreeNode, TreeValue } from "./tree.ts"

export type QueryFault = "query-output" | "query-range" | "query-refused" | "query-type"

/** Says where in the contract's SQL something stands. Locations of DuckDB's tree are byte offsets. */
export class Places {
  readonly #sql: string

  constructor(sql: string) {
    this.#sql = sql
  }

  /** Refuses a node, naming its place and the reason. */
  refuse(at: TreeNode | null, reason: string, code: QueryFault = "query-refused"): never {
    throw new ParleyError(code, `${this.#place(at)}${reason}`)
  }

  /** Refuses what an owner's rule forbids, naming the rule's field and the owner. */
  forbid(at: TreeNode | null, reason: string, rule: string, owner: string): never {
    throw new ParleyError("query-rule", `${this.#place(at)}${reason} (${rule}, rule of ${owner})`)
  }

  #place(at: TreeNode | null): string {
    const offset = at === null ? null : locate(at)
    if (offset === null) return ""
    const before = new TextDecoder().decode(new TextEncoder().encode(this.#sql).subarray(0, offset))
    const lines = before.split("\n")
    const excerpt = this.#sql.slice(before.length, before.length + 30).split("\n")[0] ?? ""
    return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}, at "${excerpt}": `
  }
}

/** DuckDB gives some nodes no location of their own: the first one inside stands for them. */
function locate(value: TreeValue): number | null {
  if (value === null || typeof value !== "object") return null
  if (!Array.isArray(value) && typeof (value as TreeNode).query_location === "number") {
    return (value as TreeNode).query_location as number
  }
  for (const inner of Object.values(value)) {
    const found = locate(inner as TreeValue)
    if (found !== null) return found
  }
  return null
}
