import type { DuckDBConnection } from "@duckdb/node-api"
import { openParser } from "../../enclave/engine/locked-duckdb.ts"
import { checkContract } from "../../shared/contract/check.ts"
import { Contract } from "../../shared/contract/contract.ts"
import type { EffectivePolicy } from "../../shared/contract/effective-policy.ts"
import { judgeQuery } from "../../shared/query/judge/judge.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { effectivePolicy } from "../../shared/query/policy.ts"
import { parseStatement, type TreeNode } from "../../shared/query/tree.ts"
import { queryOf } from "./case.ts"
import { type World, worldContract } from "./worlds/contract.ts"

let parser: Promise<DuckDBConnection> | undefined

export interface Judged {
  readonly contract: Contract
  readonly plan: Plan
  readonly policy: EffectivePolicy
}

/** A case's contract, which keeps to the schema whatever the case changed. */
export async function contractOf(
  entry: Parameters<typeof queryOf>[0] & { readonly world: World },
  edit: (contract: Contract) => void = () => undefined,
): Promise<Contract> {
  const contract = await worldContract(entry.world, queryOf(entry))
  edit(contract)
  return Contract.parse(contract)
}

/** What happens before anybody signs: the contract is checked, its queries are judged, the effective rule is computed. */
export async function judge(contract: Contract): Promise<Judged> {
  checkContract(contract)
  const [query] = contract.queries
  if (query === undefined) throw new Error("no query")
  const { tree } = await parseStatement(scalar, query.sql)
  const plan = judgeQuery(contract, query, tree)
  return { contract, plan, policy: effectivePolicy(contract, plan) }
}

/** One parser for all cases, in this process: the enclave starts one for each contract. */
async function scalar(sql: string, text: string): Promise<string> {
  parser ??= openParser()
  const engine = await parser
  const result = await engine.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR)`, [text])
  return String(result.getRows()[0]?.[0])
}

/** The tree of a case's SQL, as the judge gets it. */
export async function treeOf(sql: string): Promise<TreeNode> {
  return (await parseStatement(scalar, sql)).tree
}
