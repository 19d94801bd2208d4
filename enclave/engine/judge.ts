import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { judgeQuery } from "../../shared/query/judge/judge.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { parseStatement } from "../../shared/query/tree.ts"
import { runChild } from "../process/child.ts"

const PARSER = new URL("./parse-main.ts", import.meta.url)
const PARSE_MS = 20_000

/** Judges every query of a contract, before any key arrives. One query that is refused refuses the contract. */
export async function judgeContract(contract: Contract): Promise<ReadonlyMap<string, Plan>> {
  const plans = new Map<string, Plan>()
  for (const query of contract.queries) {
    const { tree } = await parseStatement(scalar, query.sql)
    plans.set(query.name, judgeQuery(contract, query, tree))
  }
  return plans
}

async function scalar(sql: string, text: string): Promise<string> {
  const answer = await runChild(PARSER, [{ sql, text }], AbortSignal.timeout(PARSE_MS))
  const [cell] = answer as readonly unknown[]
  if (typeof cell === "string") return cell
  throw new ParleyError("engine-failed", "the parser gave no tree")
}
