import { checkPrivacyTerms } from "../privacy/terms.ts"
import { checkDatasets } from "./checks/datasets.ts"
import { checkEvidence } from "./checks/evidence.ts"
import { checkNames } from "./checks/names.ts"
import { checkParties } from "./checks/parties.ts"
import { checkQueries } from "./checks/queries.ts"
import { invalid } from "./checks/require.ts"
import type { Contract } from "./contract.ts"
import { requireSupported } from "./supported.ts"

/**
 * Checks what a schema cannot say: that a contract's fields agree with each other, and that it asks for nothing that
 * this version does not honour (`contract-feature-unsupported`).
 */
export function checkContract(contract: Contract): void {
  requireSupported(contract)
  checkNames(contract)
  checkParties(contract)
  checkDatasets(contract)
  checkQueries(contract)
  checkPrivacyTerms(contract)
  checkEvidence(contract)
  if (contract.validity.notAfter <= contract.validity.notBefore) throw invalid("validity", "ends before it begins")
}
