import { sha384 } from "@noble/hashes/sha2.js"
import type { NsmRequest, NsmResponse } from "../../shared/attestation/nsm.ts"
import { type Bytes, concat } from "../../shared/bytes.ts"
import { makeChain, type SimulatedChain, type SimulatedRoot } from "./chain.ts"
import { signDocument } from "./document.ts"

const REGISTERS = 32
const FIRST_FREE = 16
const MAX_FIELD_BYTES = 1024

/** One boot of the SIMULATED security module: registers 0 to 15 are locked, 16 and up can be extended and locked. */
export class SoftwareNsm {
  readonly #root: SimulatedRoot
  readonly #seed: Uint8Array
  readonly #moduleId: string
  readonly #now: () => Date
  readonly #registers = new Map<number, Bytes>()
  readonly #locked = new Set<number>()
  #chain: SimulatedChain | null = null

  constructor(options: {
    readonly root: SimulatedRoot
    readonly seed: Uint8Array
    readonly moduleId: string
    readonly measurements: readonly [Uint8Array, Uint8Array, Uint8Array]
    readonly now: () => Date
  }) {
    this.#root = options.root
    this.#seed = options.seed
    this.#moduleId = options.moduleId
    this.#now = options.now
    for (let index = 0; index < REGISTERS; index++) this.#registers.set(index, new Uint8Array(48))
    for (const [index, value] of options.measurements.entries()) this.#registers.set(index, new Uint8Array(value))
    // PCR4 holds the parent instance's id and is never zero, also in debug mode.
    this.#registers.set(4, new Uint8Array(sha384(concat(new Uint8Array(48), new Uint8Array(sha384(options.seed))))))
    for (let index = 0; index < FIRST_FREE; index++) this.#locked.add(index)
  }

  answer(request: NsmRequest): NsmResponse {
    if (request.kind === "Attestation") return this.#attest(request)
    const register = this.#registers.get(request.index)
    if (register === undefined) return { error: "InvalidIndex", kind: "Error" }
    if (request.kind === "DescribePCR") {
      return { data: register, kind: "DescribePCR", lock: this.#locked.has(request.index) }
    }
    if (this.#locked.has(request.index)) return { error: "ReadOnlyIndex", kind: "Error" }
    if (request.kind === "LockPCR") {
      this.#locked.add(request.index)
      return { kind: "LockPCR" }
    }
    const extended = new Uint8Array(sha384(concat(register, request.data)))
    this.#registers.set(request.index, extended)
    return { data: extended, kind: "ExtendPCR" }
  }

  #attest({ nonce, publicKey, userData }: Extract<NsmRequest, { kind: "Attestation" }>): NsmResponse {
    if ([nonce, publicKey, userData].some((field) => field !== null && field.length > MAX_FIELD_BYTES)) {
      return { error: "InputTooLarge", kind: "Error" }
    }
    const at = this.#now()
    const fields = {
      moduleId: this.#moduleId,
      nonce,
      pcrs: this.#shown(),
      publicKey,
      timestamp: at.getTime(),
      userData,
    }
    return { document: signDocument(fields, this.#fresh(at)), kind: "Attestation" }
  }

  /** Genuine documents show registers 0 to 15 and those beyond that were extended. */
  #shown(): ReadonlyMap<number, Bytes> {
    return new Map([...this.#registers].filter(([index, value]) => index < FIRST_FREE || value.some((b) => b !== 0)))
  }

  /** A leaf is used again until an hour before its end. */
  #fresh(at: Date): SimulatedChain {
    if (this.#chain === null || at.getTime() > this.#chain.notAfter.getTime() - 3_600_000) {
      this.#chain = makeChain(this.#root, this.#seed, this.#moduleId, at)
    }
    return this.#chain
  }
}
