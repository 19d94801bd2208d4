import { expect, it } from "vitest"
import type { Contract } from "../../../shared/contract/contract.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { requireNoWeakerApprovals } from "../../../verifier/cli/contract/amendment/weaker.ts"
import { testContract } from "../../support/contract.ts"
import { testKey } from "../../support/keys.ts"
import { expectCode } from "../../support/rejects.ts"

/** A contract for which the bank needs two of two keys. */
async function twoOfTwo(): Promise<Contract> {
  const contract = await testContract()
  const [bank] = contract.parties
  const second = publicPart(await testKey())
  bank?.card.signingKeys.push({ holder: "Sam", jwk: second, role: "security" })
  const keys = [...(bank?.approvals.contract.keys ?? []), keyId(second)]
  Object.assign(bank?.approvals ?? {}, { contract: { keys, required: 2 }, grant: { keys: [...keys], required: 2 } })
  return contract
}

it("an amendment that asks for fewer keys, or drops one that is still on the card, is told from one that does not", async () => {
  const before = await twoOfTwo()
  expect(requireNoWeakerApprovals(before, structuredClone(before))).toBeUndefined()
  for (const what of ["contract", "grant"] as const) {
    const fewer = structuredClone(before)
    Object.assign(fewer.parties[0]?.approvals[what] ?? {}, { required: 1 })
    const failure = await expectCode("contract-invalid", () => requireNoWeakerApprovals(before, fewer))
    expect(failure.message).toContain(`bank (${what}): 1 in place of 2 keys`)
  }
  const dropped = structuredClone(before)
  dropped.parties[0]?.approvals.contract.keys.pop()
  await expectCode("contract-invalid", () => requireNoWeakerApprovals(before, dropped))
  dropped.parties[0]?.card.signingKeys.pop()
  dropped.parties[0]?.approvals.grant.keys.pop()
  expect(requireNoWeakerApprovals(before, dropped)).toBeUndefined()
})
