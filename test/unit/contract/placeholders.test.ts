import { describe, expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import { requireFilledIn, unfilledFields } from "../../../verifier/contract/placeholders.ts"
import { testContract } from "../../support/contract.ts"
import { expectCode } from "../../support/rejects.ts"

async function filled(): Promise<Contract> {
  const contract = await testContract()
  contract.terms.agreement.sha256 = "a".repeat(64)
  return contract
}

describe("a contract with a blank", () => {
  const blanks: Readonly<Record<string, (contract: Contract) => void>> = {
    "datasets.0.columns.1.meaning": ({ datasets: [first] }) => {
      const column = first?.columns[1]
      if (column !== undefined) column.meaning = "TO BE FILLED IN"
    },
    "terms.agreement.reference": ({ terms }) => {
      terms.agreement.reference = "the agreement, TO BE FILLED IN"
    },
    "terms.agreement.sha256": ({ terms }) => {
      terms.agreement.sha256 = "0".repeat(64)
    },
    "terms.retention.results": ({ terms }) => {
      terms.retention.results = "TO BE FILLED IN: until when"
    },
    title: (contract) => {
      contract.title = "TO BE FILLED IN"
    },
  }
  for (const [path, blank] of Object.entries(blanks)) {
    it(`in ${path} is named and not signed`, async () => {
      const contract = await filled()
      blank(contract)
      expect(unfilledFields(contract)).toEqual([path])
      const { exit, message } = await expectCode("contract-incomplete", () => requireFilledIn(contract))
      expect(exit).toBe(30)
      expect(message).toBe(`still to be filled in: ${path}`)
    })
  }

  it("is told from one without", async () => {
    const contract = await filled()
    expect(unfilledFields(contract)).toEqual([])
    requireFilledIn(contract)
  })
})
