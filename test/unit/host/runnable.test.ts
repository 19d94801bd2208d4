import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { enclaveFault } from "../../../host/enclave/fault.ts"
import { pendingProposals } from "../../../host/room/runnable.ts"
import { type ContractInForce, requireInForce } from "../../../shared/contract/in-force.ts"
import { signaturePath } from "../../../shared/room/layout.ts"
import { peekJwsUnverified } from "../../../shared/signed/jws.ts"
import type { Kind } from "../../../shared/signed/kinds.ts"
import { writeAtomically } from "../../../verifier/cli/files.ts"
import { Parties } from "./harness.ts"

const NOW = "2026-06-01T00:00:00Z"
const ZERO = "0".repeat(64)

let parties: Parties
let inForce: ContractInForce
let folder: string

beforeAll(async () => {
  parties = await Parties.create()
  folder = await mkdtemp(join(tmpdir(), "parley-runnable-"))
  const names = parties.contract.parties.map(({ card }) => card.name)
  inForce = await requireInForce(
    await Promise.all(names.map((name) => parties.sign(name, "contract", parties.contract))),
  )
})

afterAll(() => rm(folder, { force: true, recursive: true }))

async function put(party: string, kind: Kind, into: string, payload: unknown): Promise<string> {
  const jws = await parties.sign(party, kind, payload)
  const { digest, kid } = peekJwsUnverified(kind, jws)
  await writeAtomically(join(folder, signaturePath(into, digest, kid)), jws)
  return digest
}

describe("a cancellation", () => {
  it("counts when it is the proposer's, and not when another party wants to stop the run", async () => {
    const proposal = await put("agency", "proposal", "proposals", {
      abandoned: [],
      contract: inForce.digest,
      created: NOW,
      format: "parley/proposal/v1",
      id: "A".repeat(22),
      lastReceipt: null,
      manifests: [{ dataset: "accounts", manifest: ZERO }],
      parameters: {},
      proposer: "agency",
      query: "overlap",
      sequence: 1,
    })
    await put("bank", "grant", "grants", {
      contract: inForce.digest,
      created: NOW,
      expires: NOW,
      format: "parley/grant/v1",
      ledgerHead: ZERO,
      optOuts: null,
      party: "bank",
      proposal,
      secret: null,
      seenOptOuts: [],
      sequence: 1,
      session: { document: ZERO, encryptionKey: "A".repeat(43), signingKey: "A".repeat(43) },
    })
    const cancelled = (party: string) => ({
      contract: inForce.digest,
      created: NOW,
      format: "parley/cancellation/v1",
      party,
      proposal,
      reason: "no",
    })
    const open = async () => (await pendingProposals(folder, inForce, "B".repeat(43))).grantedToOldBoots
    await put("bank", "cancellation", "cancellations", cancelled("bank"))
    expect(await open()).toEqual([proposal])
    await put("agency", "cancellation", "cancellations", cancelled("agency"))
    expect(await open()).toEqual([])
  })
})

describe("an enclave's error", () => {
  it("keeps its own code; one that this host does not know is of the wire", () => {
    expect(enclaveFault({ answer: "error", code: "grant-expired", message: "bank" }).code).toBe("grant-expired")
    expect(enclaveFault({ answer: "error", code: "no-such-code", message: "" }).code).toBe("wire-malformed")
    expect(enclaveFault({ answer: "accepted" }).code).toBe("wire-malformed")
  })
})
