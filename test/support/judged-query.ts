import type { Contract } from "../../shared/contract/contract.ts"
import type { Plan } from "../../shared/query/plan.ts"
import type { QueryBench, QueryCase } from "./query-contract.ts"

export interface JudgedCase {
  readonly contract: Contract
  readonly plan: Plan
}

/** The plan of a query with the contract that it was judged in. */
export async function judgedWith(bench: QueryBench, wanted: QueryCase): Promise<JudgedCase> {
  const contracts: Contract[] = []
  const plan = await bench.judge({
    ...wanted,
    edit: (draft) => {
      wanted.edit?.(draft)
      contracts.push(draft)
    },
  })
  const [contract] = contracts
  if (contract === undefined) throw new Error("no contract")
  return { contract, plan }
}
