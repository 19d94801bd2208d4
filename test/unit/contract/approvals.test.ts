import { describe, expect, it } from "vitest"
import type { Card } from "../../../shared/contract/party.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { approvalsOf, parseApprovals } from "../../../verifier/cli/contract/approvals.ts"
import { testContract } from "../../support/contract.ts"
import { testKey } from "../../support/keys.ts"
import { expectCode } from "../../support/rejects.ts"

const PARTIES = ["bank", "bureau"]

/** A card with a key of each of these roles. */
async function card(name: string, roles: readonly Card["signingKeys"][number]["role"][]): Promise<Card> {
  const { parties } = await testContract()
  const [first] = parties
  if (first === undefined) throw new Error("no party")
  const signingKeys = await Promise.all(
    roles.map(async (role) => ({ holder: role, jwk: publicPart(await testKey()), role })),
  )
  return { ...first.card, name, signingKeys }
}

const kids = ({ signingKeys }: Card) => signingKeys.map(({ jwk }) => keyId(jwk))

describe("approvals of a draft", () => {
  it("are one key of any role where nothing is said", async () => {
    const bank = await card("bank", ["data-owner", "security"])
    const any = { keys: kids(bank), required: 1 }
    expect(approvalsOf(bank, parseApprovals([], PARTIES))).toEqual({ contract: any, grant: any })
  })

  it("hold for every party, and a party's own rule goes before", async () => {
    const [bank, bureau] = [await card("bank", ["data-owner", "security"]), await card("bureau", ["data-owner"])]
    const rules = parseApprovals(["bank:contract=2", "contract=1,grant=1"], PARTIES)
    expect(approvalsOf(bank, rules)).toMatchObject({ contract: { required: 2 }, grant: { required: 1 } })
    expect(approvalsOf(bureau, rules)).toMatchObject({ contract: { required: 1 }, grant: { required: 1 } })
  })

  it("may ask for roles: other keys of the card do not count", async () => {
    const bank = await card("bank", ["data-owner", "security", "privacy-officer"])
    const [owner, security, privacy] = kids(bank)
    const rules = parseApprovals(["bank:contract=2/data-owner+privacy-officer,grant=1/security"], PARTIES)
    expect(approvalsOf(bank, rules)).toEqual({
      contract: { keys: [owner, privacy], required: 2 },
      grant: { keys: [security], required: 1 },
    })
  })

  it("that nobody could give are refused", async () => {
    const bank = await card("bank", ["data-owner", "security"])
    for (const rule of ["contract=3", "grant=2/security", "grant=1/legal"]) {
      const { message } = await expectCode("usage", () => approvalsOf(bank, parseApprovals([rule], PARTIES)))
      expect(message).toContain("bank")
    }
  })

  it.each(["contract", "contract=0", "contract=x", "grants=2", "contract=2,", "contract=2/", "agency:contract=1", ""])(
    "refuse %j",
    async (rule) => {
      await expectCode("usage", () => parseApprovals([rule], PARTIES))
    },
  )
})
