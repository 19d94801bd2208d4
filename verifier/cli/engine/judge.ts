import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import type { Contract } from "../../../shared/contract/contract.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { judgeQuery } from "../../../shared/query/judge/judge.ts"
import type { Plan } from "../../../shared/query/plan.ts"
import { parseStatement } from "../../../shared/query/tree.ts"

const PROGRAM = fileURLToPath(new URL("./parse-main.ts", import.meta.url))
const PARSE_MS = 20_000
const MAX_TREE_BYTES = 16 * 1024 * 1024

/** Judges every query of a contract just as the enclave will. Throws `query-refused` naming query, place and owner. */
export async function judgeLocally(contract: Contract): Promise<readonly Plan[]> {
  const plans: Plan[] = []
  for (const query of contract.queries) {
    try {
      const { tree } = await parseStatement(scalar, query.sql)
      plans.push(judgeQuery(contract, query, tree))
    } catch (cause) {
      if (!(cause instanceof ParleyError)) throw cause
      throw new ParleyError(cause.code, `query ${query.name}: ${cause.message}`)
    }
  }
  return plans
}

function scalar(sql: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const settings = { encoding: "utf8", env: {}, maxBuffer: MAX_TREE_BYTES, timeout: PARSE_MS } as const
    const child = execFile(process.execPath, [PROGRAM], settings, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout) as string)
      else reject(new ParleyError("query-malformed", "DuckDB does not parse it"))
    })
    child.stdin?.on("error", () => undefined)
    child.stdin?.end(JSON.stringify({ sql, text }))
  })
}
