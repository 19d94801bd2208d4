import { rm } from "node:fs/promises"
import { join } from "node:path"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import { challengePath, ROOM, sessionPath } from "../../shared/room/layout.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import { roomFolder, writeAtomically } from "../../verifier/cli/files.ts"
import { roomContractInForce, roomDraft, roomSignatures } from "../../verifier/room/contract.ts"
import { Supervisor, type SupervisorOptions } from "../enclave/supervisor.ts"
import type { RoomStatus } from "../status/status-file.ts"
import { failureCode } from "../storage/disk-full.ts"
import { Delivery } from "./delivery.ts"
import { postNotice, withdrawNotice } from "./notices.ts"
import type { RunnableProposal } from "./run-proposal.ts"
import { type Pending, pendingProposals } from "./runnable.ts"

type FailedRun = RoomStatus["failedRuns"][number]

const CHANGING = [ROOM.contractSignatures, ROOM.proposals, ROOM.grants, ROOM.manifests, ROOM.cancellations] as const
/** How long an attestation request waits for an enclave that is being started again. */
const PATIENCE_MS = 10_000
/** A room that cannot be read is not looked at again at once. */
const AFTER_FAILURE_MS = 1000

/** One contract's room on this host, with the enclave that serves it. Its state is the room's files and nothing else. */
export class RoomService {
  readonly #folder: string
  readonly #options: SupervisorOptions
  readonly #delivery: Delivery
  #supervisor: Supervisor | null = null
  #seen = ""
  #turn: Promise<unknown> = Promise.resolve()
  #turns = 0
  #answering: Promise<void> | null = null
  #failure: { readonly at: string; readonly code: string } | null = null
  #pending: Pending = { grantedToOldBoots: [], prepared: [], runnable: [], waitingForParts: [] }
  #contract = ""
  #stopped = false
  #notBefore = 0
  /** Attempts that failed, by proposal and its grants: the same ones are not tried again on this boot. */
  readonly #failed = new Map<string, string>()
  #failedRuns: readonly FailedRun[] = []
  runs = 0

  constructor(folder: string, options: SupervisorOptions) {
    this.#folder = folder
    this.#delivery = new Delivery(folder)
    this.#options = options
  }

  /** Whether an enclave serves the contract at present. */
  get ready(): boolean {
    return this.#supervisor?.running === true
  }

  /** Whether something is under way. */
  get busy(): boolean {
    return this.#turns > 0
  }

  get status(): RoomStatus {
    const supervisor = this.#supervisor
    const pausing = supervisor !== null && supervisor.pauseMs > 0
    return {
      boots: supervisor?.boots ?? 0,
      busy: this.busy,
      contract: this.#contract,
      enclave: this.ready ? "running" : pausing ? "pausing" : "none",
      enclavePid: supervisor?.pid ?? null,
      failedAt: this.#failure?.at ?? null,
      failedRuns: [...this.#failedRuns],
      failure: this.#failure?.code ?? null,
      grantedToOldBoots: [...this.#pending.grantedToOldBoots],
      heldResult: this.#delivery.waiting,
      inForce: supervisor !== null,
      runs: this.runs,
      waitingForParts: [...this.#pending.waitingForParts],
    }
  }

  /** Looks at the room once. While a run or its ciphertext takes long, nonces are answered all the same. */
  async tick(): Promise<void> {
    const supervisor = this.#supervisor
    if (!this.busy) await this.#look()
    else if (supervisor !== null && this.ready && !this.#stopped) await this.#answerFiles(supervisor)
  }

  /**
   * One last look, for a host that drains: what every party has granted by now is run. While the disk does not take a
   * run's result, it looks again: it is in this process's memory alone.
   */
  async finish(): Promise<void> {
    await this.#turn
    do {
      const pause = this.#notBefore - Date.now()
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause))
      await this.#look().catch((cause: unknown) => {
        if (!this.#delivery.waiting) throw cause
      })
    } while (this.#delivery.waiting && !this.#stopped)
  }

  /** Runs what every party has granted, then gets the next proposal's ciphertext ready. */
  #look(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped || Date.now() < this.#notBefore) return
      await this.#deliver()
      if ((this.#supervisor?.pauseMs ?? 0) > 0) return
      const files = roomFolder(this.#folder)
      const challenges = await files.list(ROOM.challenges)
      const seen = JSON.stringify(await Promise.all(CHANGING.map((folder) => files.list(folder))))
      const waiting = this.#pending.waitingForParts.length > 0
      if (challenges.length === 0 && seen === this.#seen && this.ready && !waiting) return
      const inForce = await this.#inForce()
      if (inForce === null) return
      const supervisor = await this.#started(inForce)
      await this.#answerFiles(supervisor)
      await this.#runAll(inForce, supervisor)
      await this.#stageNext(supervisor)
      this.#seen = this.ready ? seen : ""
    })
  }

  /** Answers a nonce, also while a run is under way; boots the enclave first when there is none. */
  attest(nonce: string): Promise<SessionEvidence> {
    if (this.#supervisor?.running === true && !this.#stopped) return this.#supervisor.attest(nonce)
    return this.#inTurn(async () => {
      if (this.#stopped) throw new ParleyError("enclave-unreachable", "the host is stopping")
      // A boot that has refused is retired with its refusal; that must not be a new one.
      await this.#deliver()
      const inForce = await this.#inForce()
      if (inForce === null) throw new ParleyError("enclave-unreachable", "the contract is not in force yet")
      const pause = this.#supervisor?.pauseMs ?? 0
      if (pause > 0 && pause < PATIENCE_MS) await new Promise((resolve) => setTimeout(resolve, pause))
      return (await this.#started(inForce)).attest(nonce)
    })
  }

  /** Finishes what is under way, then ends the enclave. Nothing is taken up after that. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#turn
    // A result that the disk has not taken goes with this process.
    await this.#deliver().catch((cause: unknown) => {
      this.#options.log.warn("room-failed", { code: this.#fails(cause), contract: this.#contract })
    })
    await this.#supervisor?.retire()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turns++
    const result = this.#turn.then(work).finally(() => this.#turns--)
    this.#turn = result.catch((cause: unknown) => {
      this.#fails(cause)
      this.#notBefore = Date.now() + AFTER_FAILURE_MS
    })
    return result
  }

  async #inForce(): Promise<ContractInForce | null> {
    const files = roomFolder(this.#folder)
    try {
      this.#contract = (await roomDraft(files)).digest
      return await roomContractInForce(files)
    } catch (cause) {
      const unfinished = cause instanceof ParleyError && NOT_IN_FORCE.has(cause.code)
      if (unfinished) return null
      throw cause
    }
  }

  async #started({ digest }: ContractInForce): Promise<Supervisor> {
    this.#supervisor ??= new Supervisor(digest, this.#options)
    await this.#supervisor.start(async () =>
      (await roomSignatures(roomFolder(this.#folder), digest)).map((jws) => jwsObject(jws)),
    )
    return this.#supervisor
  }

  /** Nonces that came as files. A look during another one waits for its answers: no nonce is answered twice at a time. */
  #answerFiles(supervisor: Supervisor): Promise<void> {
    this.#answering ??= this.#answerEach(supervisor).finally(() => {
      this.#answering = null
    })
    return this.#answering
  }

  async #answerEach(supervisor: Supervisor): Promise<void> {
    for (const nonce of await roomFolder(this.#folder).list(ROOM.challenges)) {
      if (/^[0-9a-f]{64}$/.test(nonce)) {
        const session = await supervisor.attest(nonce)
        await writeAtomically(join(this.#folder, sessionPath(nonce)), canonicalBytes(session))
        this.#options.log.info("challenge-answered", { contract: this.#contract })
      }
      await rm(join(this.#folder, challengePath(nonce)), { force: true })
    }
  }

  /** Ciphertext is in the enclave before the last grant is: what then remains is the run itself. */
  async #stageNext(supervisor: Supervisor): Promise<void> {
    const next = this.#pending.prepared.find(({ proposal }) => !this.#failed.has(proposal.digest))
    if (next === undefined || !this.ready || this.#stopped) return
    await supervisor.stage(this.#folder, next).catch(async (cause: unknown) => {
      const code = this.#fails(cause)
      this.#failed.set(next.proposal.digest, code)
      // A boot that is gone is replaced, and the ciphertext goes to the next one with the run.
      if (code !== "enclave-unreachable") await postNotice(this.#folder, next.proposal.digest, [], code)
      this.#options.log.warn("run-failed", { code, contract: this.#contract, proposal: next.proposal.digest })
    })
  }

  async #runAll(inForce: ContractInForce, supervisor: Supervisor): Promise<void> {
    this.#pending = await pendingProposals(this.#folder, inForce, supervisor.encryptionKey ?? "")
    for (const run of this.#pending.runnable) {
      if (this.#stopped || !this.ready || this.#failed.has(attemptOf(run))) continue
      await this.#runOne(inForce, supervisor, run).catch(async (cause: unknown) => {
        // The enclave has answered, and the disk did not take it: that is no failure of the run.
        if (this.#delivery.waiting) throw cause
        const code = this.#fails(cause)
        this.#failed.set(attemptOf(run), code)
        // One that answers, if only with an error, has not crashed.
        if (code !== "enclave-unreachable") supervisor.succeeded()
        this.#options.log.warn("run-failed", { code, contract: inForce.digest, proposal: run.proposal.digest })
        await postNotice(this.#folder, run.proposal.digest, run.grants, code)
      })
    }
    this.#failedRuns = this.#pending.runnable.flatMap((run) => {
      const code = this.#failed.get(attemptOf(run))
      return code === undefined ? [] : [{ code, proposal: run.proposal.digest }]
    })
  }

  /** Keeps the last failure's code: a look at the room that goes well afterwards does not undo it. */
  #fails(cause: unknown): ErrorCode {
    const code = failureCode(cause)
    this.#failure = { at: new Date().toISOString(), code }
    return code
  }

  async #runOne({ digest: contract }: ContractInForce, supervisor: Supervisor, run: RunnableProposal): Promise<void> {
    const proposal = run.proposal.digest
    this.#options.log.info("run-begun", { contract, proposal })
    await withdrawNotice(this.#folder, proposal)
    this.#delivery.hold(proposal, await supervisor.run(this.#folder, run))
    supervisor.succeeded()
    await this.#deliver()
  }

  async #deliver(): Promise<void> {
    const delivered = await this.#delivery.write()
    if (delivered === null) return
    const { outcome, proposal } = delivered
    this.runs++
    if (outcome === "released") this.#failure = null
    this.#options.log.info(outcome === "released" ? "run-released" : "run-refused", {
      contract: this.#contract,
      proposal,
    })
    if (outcome === "refused") await this.#supervisor?.retire()
  }
}

const NOT_IN_FORCE: ReadonlySet<string> = new Set(["contract-signature-missing", "file-missing"])

/** A proposal with just these grants: a new grant makes another attempt of it. */
function attemptOf({ grants, proposal }: RunnableProposal): string {
  return [proposal.digest, ...grants.map(({ digest }) => digest)].join()
}
