import { type Bytes, fromBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { jwsBytes } from "../../shared/signed/jws-object.ts"
import type { EnclaveRequest, EnclaveResponse } from "../../shared/wire/messages.ts"
import type { Nsm } from "../nsm/nsm.ts"
import { type ApprovedRun, approveRun } from "../run/approve.ts"
import type { ProposedRun } from "../run/proposal.ts"
import { signRefusal } from "../run/refuse.ts"
import { Run } from "../run/run.ts"
import { type Boot, bootWith } from "./boot.ts"
import { PhaseTable } from "./phases.ts"
import type { Timings } from "./timings.ts"

type Data = AsyncIterable<Uint8Array>
type RunFiles = Omit<Request<"begin">, "proposal"> & { readonly proposal: readonly Bytes[] }
type Request<Op extends EnclaveRequest["op"]> = Extract<EnclaveRequest, { op: Op }>

/** What a session needs from the process around it. */
export interface SessionOptions {
  readonly nsm: Nsm
  /** Private folder in memory for plaintext; emptied after every run. */
  readonly work: string
  readonly timings: Timings
}

/**
 * One boot of the enclave: one contract, one pair of keys, one run at a time. Once a run holds keys, every failure is
 * answered with a signed refusal, wipes, and ends the boot: there is no state to come back from.
 */
export class Session {
  readonly #options: SessionOptions
  readonly #phases = new PhaseTable()
  #boot: Boot | null = null
  #run: Run | null = null
  #lastSequence = 0
  #released: { readonly proposal: string; readonly response: EnclaveResponse } | null = null

  constructor(options: SessionOptions) {
    this.#options = options
  }

  get ended(): boolean {
    return this.#phases.phase === "ended"
  }

  async handle(request: EnclaveRequest, data: Data | null): Promise<EnclaveResponse> {
    switch (request.op) {
      case "open":
        return this.#open(request)
      case "attest":
        return this.#attest(request)
      case "begin":
        return this.#begin(request)
      case "part":
        return this.#part(request, data)
      case "execute":
        return this.#execute()
    }
  }

  /** The contract slot is taken before the first await: a second contract raced into the boot finds it taken. */
  async #open({ contract }: Request<"open">): Promise<EnclaveResponse> {
    if (this.#phases.phase !== "empty") throw new ParleyError("contract-slot-taken", "this boot has a contract already")
    this.#phases.enter("opening")
    try {
      this.#boot = await bootWith(this.#options.nsm, contract.map(jwsBytes))
      this.#phases.enter("open")
      return { answer: "accepted" }
    } catch (cause) {
      this.#phases.end()
      throw cause
    }
  }

  async #attest({ nonce }: Request<"attest">): Promise<EnclaveResponse> {
    const bytes = fromBase64url(nonce)
    if (bytes.length !== 32) throw new ParleyError("wire-malformed", "a nonce has 32 bytes")
    return { answer: "session", session: await this.#booted().evidence.forNonce(bytes) }
  }

  /** A host that lost the answer of a run gets the same bytes again, and no second run. */
  async #begin(request: Request<"begin">): Promise<EnclaveResponse> {
    const boot = this.#booted()
    const proposal = request.proposal.map(jwsBytes)
    const [first] = proposal
    if (first !== undefined && this.#released?.proposal === peekJwsUnverified("proposal", first).digest) {
      return this.#released.response
    }
    this.#phases.enter("granting")
    const approved = await this.#approve(boot, { ...request, proposal })
    return this.#terminal(approved.run, async () => {
      this.#run = await Run.begin(boot, approved, this.#options.work, this.#options.timings)
      this.#lastSequence = approved.run.proposal.payload.sequence
      this.#phases.enter("receiving")
      return { answer: "accepted" }
    })
  }

  /** Judges public objects; whatever is wrong with them, no key has been opened and the boot goes on. */
  async #approve(boot: Boot, { grants, manifests, proposal }: RunFiles): Promise<ApprovedRun> {
    try {
      const files = { grants: grants.map(jwsBytes), manifests: manifests.map(jwsBytes), proposal }
      const approved = await approveRun(boot, files)
      const { sequence } = approved.run.proposal.payload
      if (sequence > this.#lastSequence) return approved
      throw new ParleyError("sequence-used", `sequence ${sequence} is not after ${this.#lastSequence}`)
    } catch (cause) {
      this.#phases.enter("open")
      throw cause
    }
  }

  async #part({ bytes, index, manifest }: Request<"part">, data: Data | null): Promise<EnclaveResponse> {
    this.#phases.require("receiving")
    const run = this.#holding()
    return this.#terminal(run.proposed, async () => {
      if (data === null) throw new ParleyError("wire-malformed", "a part without data")
      await run.part({ bytes, index, manifest }, data)
      return { answer: "accepted" }
    })
  }

  async #execute(): Promise<EnclaveResponse> {
    const run = this.#holding()
    this.#phases.enter("running")
    return this.#terminal(run.proposed, async () => {
      const response = await run.execute()
      await run.wipe()
      this.#run = null
      this.#released = { proposal: run.proposed.proposal.digest, response }
      this.#phases.enter("open")
      return response
    })
  }

  /** Everything that holds keys happens in here: a failure ends the boot, wipes, and is told in a signed refusal. */
  async #terminal(run: ProposedRun, work: () => Promise<EnclaveResponse>): Promise<EnclaveResponse> {
    try {
      return await work()
    } catch (cause) {
      this.#phases.end()
      const held = this.#run
      this.#run = null
      await held?.wipe()
      return { answer: "refused", refusal: await signRefusal(this.#booted(), run, cause) }
    }
  }

  #booted(): Boot {
    if (this.#boot === null) throw new ParleyError("phase-illegal", "no contract yet")
    return this.#boot
  }

  #holding(): Run {
    if (this.#run === null) throw new ParleyError("phase-illegal", "no run has begun")
    return this.#run
  }
}
