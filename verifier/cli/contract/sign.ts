import { join } from "node:path"
import type { Contract } from "../../../shared/contract/contract.ts"
import { parseContract } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { statedPolicy } from "../../../shared/privacy/stated-policy.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { signJwsBytes } from "../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { anchorOf } from "../../attestation/anchor.ts"
import { requireFilledIn } from "../../contract/placeholders.ts"
import { requireAmendable } from "../../ledger/rules.ts"
import { roomDraft } from "../../room/contract.ts"
import { requireKnownCards } from "../cards.ts"
import { judgeLocally } from "../engine/judge.ts"
import { readCapped, readRequired, writeAtomically } from "../files.ts"
import { type Home, inHome, localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { book } from "../ledger/book.ts"
import type { Room } from "../room.ts"
import { amendmentsGivenUp } from "./amendment/given-up.ts"
import { requireNoWeakerApprovals } from "./amendment/weaker.ts"

export interface Signing {
  readonly key?: string
  readonly acceptedRoots: readonly string[]
  /** File of the contract that this one amends; not needed where this home has signed that one. */
  readonly predecessor?: string
  /** An amendment may ask a party for fewer keys, or leave keys out. */
  readonly weakerApprovals?: boolean
}

/**
 * Signs the room's contract. Before that: nothing is left blank, every card is the confirmed one, the root is accepted
 * on this machine, every query passes the judge, an amendment keeps the parties of its predecessor, and this party's key
 * is one that the contract lists.
 */
export async function signContract(room: Room, signing: Signing): Promise<string> {
  const { acceptedRoots, key: kid } = signing
  const { bytes, contract, digest } = await roomDraft(room.files)
  const { name } = await localParty(room.home)
  requireFilledIn(contract)
  await requireKnownCards(
    room.home,
    contract.parties.map(({ card }) => card),
  )
  anchorOf(contract, acceptedRoots)
  requireNotOver(contract)
  // Nobody signs what no enclave could keep.
  for (const plan of await judgeLocally(contract)) statedPolicy(contract, plan)
  await requirePredecessor(room.home, contract, signing)
  const key = await localKey(room.home, "sign", kid)
  requireListed(contract, name, keyId(publicPart(key.jwk)))
  const signed = { contract: digest, event: "contract-signed", predecessor: contract.predecessor } as const
  const givenUp = await amendmentsGivenUp(room.home, contract.predecessor)
  await book(room.home, signed, (ledger) => requireAmendable(ledger, contract.predecessor, digest, givenUp))
  await writeAtomically(inHome(room.home, "contracts", `${digest}.json`), bytes, 0o600)
  const jws = await signJwsBytes("contract", bytes, key.jwk)
  const path = signaturePath(ROOM.contractSignatures, digest, keyId(publicPart(key.jwk)))
  await writeAtomically(join(room.folder, path), jws)
  return digest
}

/** A contract may be signed before its validity begins, and not after it is over. */
function requireNotOver({ validity }: Contract): void {
  if (Date.parse(validity.notAfter) > Date.now()) return
  throw new ParleyError("contract-expired", `the contract's validity ended at ${validity.notAfter}`)
}

function requireListed({ parties }: Contract, name: string, kid: string): void {
  const party = parties.find(({ card }) => card.name === name)
  if (party === undefined) throw new ParleyError("party-unknown", `${name} is no party of this contract`)
  if (!party.approvals.contract.keys.includes(kid)) {
    throw new ParleyError("jws-unknown-key", `this key is not among those of ${name} that approve the contract`)
  }
}

/**
 * Throws unless every party of the predecessor is a party of the amendment: the others could otherwise amend one of
 * them away, and go on with its runs and history.
 */
async function requirePredecessor(home: Home, contract: Contract, signing: Signing): Promise<void> {
  const { predecessor: file, weakerApprovals = false } = signing
  if (contract.predecessor === null) {
    if (file !== undefined) throw new ParleyError("usage", "--predecessor: this contract amends none")
    return
  }
  const before = await predecessorContract(home, contract.predecessor, file)
  const now = new Set(contract.parties.map(({ card }) => card.name))
  const gone = before.parties.map(({ card }) => card.name).filter((name) => !now.has(name))
  if (gone.length === 0 && weakerApprovals) return
  if (gone.length === 0) return requireNoWeakerApprovals(before, contract)
  throw new ParleyError(
    "contract-invalid",
    `an amendment needs the parties of both contracts; not among its parties: ${gone.join(", ")}`,
    { todo: "Put the named parties back in, or draft a contract of its own with `parley contract init`." },
  )
}

async function predecessorContract(home: Home, digest: string, file: string | undefined): Promise<Contract> {
  const bytes =
    file === undefined
      ? await readCapped(inHome(home, "contracts", `${digest}.json`), KINDS.contract.maxBytes)
      : await readRequired(file, KINDS.contract.maxBytes)
  if (bytes === null) {
    throw new ParleyError("file-missing", `this contract amends ${digest}, which is not in this home`, {
      todo: "Give the amended contract's file (contract.json of its room) with --predecessor.",
    })
  }
  if (objectDigest("contract", bytes) !== digest) {
    throw new ParleyError("contract-mismatch", `the predecessor given is not ${digest}, which this contract amends`)
  }
  return parseContract(bytes)
}
