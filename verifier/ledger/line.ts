import type { Contract } from "../../shared/contract/contract.ts"
import type { Ledger } from "./entry.ts"

/**
 * The contract with all that leads to it by amendment, and all that leads from there: two amendments of one contract
 * share its runs. As far as the contract itself, what was signed, and what took another's place name them.
 */
export function lineOf(ledger: Ledger, { predecessor }: Contract, contract: string): ReadonlySet<string> {
  const links = ledger.entries.flatMap(({ event }) => {
    if (event.event === "contract-signed") return [[event.contract, event.predecessor] as const]
    return event.event === "contract-superseded" ? [[event.amendment, event.contract] as const] : []
  })
  const line = new Set(predecessor === null ? [contract] : [contract, predecessor])
  for (let before = 0; before < line.size; ) {
    before = line.size
    for (const [after, first] of links) {
      if (first !== null && (line.has(after) || line.has(first))) line.add(after).add(first)
    }
  }
  return line
}
