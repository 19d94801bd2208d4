import { sessionDigest } from "../../shared/attestation/binding.ts"
import type { Bytes } from "../../shared/bytes.ts"
import { fromHex } from "../../shared/bytes.ts"
import { type ContractInForce, requireInForce } from "../../shared/contract/in-force.ts"
import { statedPolicy } from "../../shared/privacy/stated-policy.ts"
import type { Plan } from "../../shared/query/plan.ts"
import { thumbprint } from "../../shared/signed/keys.ts"
import { judgeContract } from "../engine/judge.ts"
import type { Nsm } from "../nsm/nsm.ts"
import { bindRegisters } from "./bind.ts"
import { SessionClock } from "./clock.ts"
import { EvidenceIssuer } from "./evidence.ts"
import { makeSessionKeys, type SessionKeys } from "./keys.ts"

/** A boot that serves one contract: everything that stays the same from one run to the next. */
export interface Boot {
  readonly inForce: ContractInForce
  /** Signatures over the contract, as they go into every bundle. */
  readonly signatures: readonly Bytes[]
  /** Every query of the contract, judged before any key arrives. */
  readonly plans: ReadonlyMap<string, Plan>
  readonly keys: SessionKeys
  readonly clock: SessionClock
  readonly evidence: EvidenceIssuer
}

/** Takes a contract: signatures and queries are judged, keys made, PCR16 and PCR17 bound. */
export async function bootWith(nsm: Nsm, signatures: readonly Bytes[]): Promise<Boot> {
  const inForce = await requireInForce(signatures)
  const plans = await judgeContract(inForce.contract)
  // What cannot be kept is refused here, and not once there are keys.
  for (const plan of plans.values()) statedPolicy(inForce.contract, plan)
  const keys = await makeSessionKeys()
  const contract = fromHex(inForce.digest)
  const session = sessionDigest({
    contract,
    encryptionKey: thumbprint(keys.encryption.jwk),
    signingKey: thumbprint(keys.signing.jwk),
  })
  await bindRegisters(nsm, contract, session)
  const evidence = new EvidenceIssuer(nsm, keys, contract, session)
  return { clock: new SessionClock(nsm), evidence, inForce, keys, plans, signatures }
}
