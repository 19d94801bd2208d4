import { join } from "node:path"
import { type Bytes, fromBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { jwsBytes } from "../../shared/signed/jws-object.ts"
import type { EnclaveRequest, EnclaveResponse } from "../../shared/wire/messages.ts"
import type { Nsm } from "../nsm/nsm.ts"
import { approveRun } from "../run/approve.ts"
import type { ProposedRun } from "../run/proposal.ts"
import { openProposed } from "../run/proposed-versions.ts"
import { signRefusal } from "../run/refuse.ts"
import { Run } from "../run/run.ts"
import { Staging } from "../run/staging.ts"
import { type Boot, bootWith } from "./boot.ts"
import { PhaseTable } from "./phases.ts"
import type { Timings } from "./timings.ts"

type Data = AsyncIterable<Uint8Array>
type RunRequest = Omit<Request<"run">, "proposal"> & { readonly proposal: readonly Bytes[] }
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
  #staging: Staging | null = null
  #stagings = 0
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
      case "stage":
        return this.#stage(request)
      case "part":
        return this.#part(request, data)
      case "run":
        return this.#run(request)
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
    if (this.ended) throw new ParleyError("phase-illegal", "this boot has ended")
    return { answer: "session", session: await this.#booted().evidence.forNonce(bytes) }
  }

  /** Gets ready for a proposal's ciphertext; what was staged for another one is gone. */
  async #stage({ manifests, proposal }: Request<"stage">): Promise<EnclaveResponse> {
    this.#phases.require("open")
    const boot = this.#booted()
    const files = { manifests: manifests.map(jwsBytes), proposal: proposal.map(jwsBytes) }
    const proposed = await openProposed(boot, files, await boot.clock.now())
    this.#requireUnused(proposed.run)
    // What was there goes first: two proposals' data never lie here together. The slot is empty before the first await.
    this.#phases.require("open")
    const before = this.#staging
    this.#staging = null
    await before?.discard()
    const staging = await Staging.start(join(this.#options.work, String(this.#stagings++)), proposed)
    if (this.#phases.phase === "open" && this.#staging === null) {
      this.#staging = staging
      return { answer: "accepted" }
    }
    await staging.discard()
    throw new ParleyError("phase-illegal", "a run or another staging has begun meanwhile")
  }

  async #part({ bytes, index, manifest }: Request<"part">, data: Data | null): Promise<EnclaveResponse> {
    this.#phases.require("open")
    if (this.#staging === null) throw new ParleyError("phase-illegal", "no proposal has been staged")
    if (data === null) throw new ParleyError("wire-malformed", "a part without data")
    await this.#staging.take({ bytes, index, manifest }, data)
    return { answer: "accepted" }
  }

  /** A host that lost the answer of a run gets the same bytes again, and no second run. */
  async #run(request: Request<"run">): Promise<EnclaveResponse> {
    const boot = this.#booted()
    const proposal = request.proposal.map(jwsBytes)
    const [first] = proposal
    if (first !== undefined && this.#released?.proposal === peekJwsUnverified("proposal", first).digest) {
      return this.#released.response
    }
    this.#phases.enter("granting")
    const run = await this.#approve(boot, { ...request, proposal })
    this.#lastSequence = run.proposed.proposal.payload.sequence
    this.#phases.enter("running")
    return this.#terminal(run)
  }

  /** Judges public objects; whatever is wrong with them, no key has been opened and the boot goes on. */
  async #approve(boot: Boot, { grants, manifests, proposal }: RunRequest): Promise<Run> {
    try {
      const files = { grants: grants.map(jwsBytes), manifests: manifests.map(jwsBytes), proposal }
      const approved = await approveRun(boot, files)
      this.#requireUnused(approved.run)
      const staging = this.#staging
      const parts = staging?.proposal === approved.run.proposal.digest ? staging.complete() : null
      if (staging === null || parts === null) throw new ParleyError("phase-illegal", "parts are missing")
      this.#staging = null
      return new Run({ approved, boot, parts, staging, timings: this.#options.timings })
    } catch (cause) {
      this.#phases.enter("open")
      throw cause
    }
  }

  #requireUnused({ proposal: { payload } }: ProposedRun): void {
    if (payload.sequence > this.#lastSequence) return
    throw new ParleyError("sequence-used", `sequence ${payload.sequence} is not after ${this.#lastSequence}`)
  }

  /** Everything that holds keys happens in here: a failure ends the boot, wipes, and is told in a signed refusal. */
  async #terminal(run: Run): Promise<EnclaveResponse> {
    try {
      const response = await run.execute()
      await run.wipe()
      this.#released = { proposal: run.proposed.proposal.digest, response }
      this.#phases.enter("open")
      return response
    } catch (cause) {
      this.#phases.end()
      // A wipe that fails must not cost the refusal: the boot ends after it, and its folder with it.
      await run.wipe().catch(() => undefined)
      return { answer: "refused", refusal: await signRefusal(this.#booted(), run.proposed, cause) }
    }
  }

  #booted(): Boot {
    if (this.#boot === null) throw new ParleyError("phase-illegal", "no contract yet")
    return this.#boot
  }
}
