import { ParleyError } from "../errors/index.ts"
import type { Contract } from "./contract.ts"

/**
 * Refuses what the schema can say and this version does not honour. A promise that nobody keeps would be worse than a
 * refusal; the fields are in the schema because a signed format is dear to change.
 */
export function requireSupported({ datasets, evidence }: Contract): void {
  if (evidence.imageUpdates !== null) throw unsupported("evidence.imageUpdates", "image updates without an amendment")
  for (const [index, { rule }] of datasets.entries()) {
    const path = `datasets.${index}.rule`
    if (rule.kind === "list") throw new ParleyError("contract-lists-unsupported", `${path}.kind: row-level lists`)
  }
}

function unsupported(path: string, what: string): ParleyError {
  return new ParleyError("contract-feature-unsupported", `${path}: ${what} not honoured by this version`)
}
