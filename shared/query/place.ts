import { ParleyError } from "../errors/index.ts"
import type { TreeNode } from "./tree.ts"

/** Says where in the contract's SQL something stands. Locations of DuckDB's tree are byte offsets. */
export class Places {
  readonly #sql: string

  constructor(sql: string) {
    this.#sql = sql
  }

  /** Refuses a node, naming its place, the reason, and the owner whose rule it is, if any. */
  refuse(at: TreeNode | null, reason: string, owner?: string): never {
    const whose = owner === undefined ? "" : ` (rule of ${owner})`
    throw new ParleyError("query-refused", `${this.#place(at)}${reason}${whose}`)
  }

  #place(at: TreeNode | null): string {
    const offset = at?.query_location
    if (typeof offset !== "number") return ""
    const before = new TextDecoder().decode(new TextEncoder().encode(this.#sql).subarray(0, offset))
    const lines = before.split("\n")
    const excerpt = this.#sql.slice(before.length, before.length + 30).split("\n")[0] ?? ""
    return `line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1}, at "${excerpt}": `
  }
}
