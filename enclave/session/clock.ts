import { decodeUnverified } from "../../shared/attestation/document.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Nsm } from "../nsm/nsm.ts"

/** The security module's time, from the timestamp of a fresh document. The host sets every other clock. */
export class SessionClock {
  readonly #nsm: Nsm
  #last = 0

  constructor(nsm: Nsm) {
    this.#nsm = nsm
  }

  /** Throws `clock-backwards` when time went back since the last reading. */
  async now(): Promise<Date> {
    const document = await this.#nsm.attest({ nonce: null, publicKey: null, userData: null })
    const { timestamp } = decodeUnverified(document)
    if (timestamp < this.#last) throw new ParleyError("clock-backwards", "the security module's time went back")
    this.#last = timestamp
    return new Date(timestamp)
  }
}
