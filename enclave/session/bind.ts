import { CONTRACT_PCR, extendedOnce, SESSION_PCR } from "../../shared/attestation/binding.ts"
import { type Bytes, equalBytes } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Nsm } from "../nsm/nsm.ts"

/**
 * Extends PCR16 with the contract digest and PCR17 with the session digest, locks both and reads them back. A register
 * that holds anything else, or is not locked, means that somebody was there first: no attestation after that.
 */
export async function bindRegisters(nsm: Nsm, contract: Bytes, session: Bytes): Promise<void> {
  for (const [index, data] of [
    [CONTRACT_PCR, contract],
    [SESSION_PCR, session],
  ] as const) {
    await nsm.extendPcr(index, data)
    await nsm.lockPcr(index)
    const { data: found, locked } = await nsm.describePcr(index)
    if (!locked || !equalBytes(found, extendedOnce(data))) {
      throw new ParleyError("pcr-not-bound", `PCR${index} does not hold what was extended`)
    }
  }
}
