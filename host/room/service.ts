import { rm } from "node:fs/promises"
import { join } from "node:path"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import { challengePath, ROOM, sessionPath } from "../../shared/room/layout.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import { roomFolder, writeAtomically } from "../../verifier/cli/files.ts"
import { roomContractInForce, roomDraft, roomSignatures } from "../../verifier/room/contract.ts"
import type { BootOptions } from "../enclave/boot.ts"
import { Supervisor } from "../enclave/supervisor.ts"
import type { RoomStatus } from "../status/status-file.ts"
import { type RunnableProposal, runProposal } from "./run-proposal.ts"
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
  readonly #options: BootOptions
  #supervisor: Supervisor | null = null
  #seen = ""
  #turn: Promise<unknown> = Promise.resolve()
  #turns = 0
  #failure: { readonly at: string; readonly code: string } | null = null
  #pending: Pending = { grantedToOldBoots: [], runnable: [], waitingForParts: [] }
  #contract = ""
  #stopped = false
  #notBefore = 0
  /** Attempts that failed, by proposal and its grants: the same ones are not tried again on this boot. */
  readonly #failed = new Map<string, string>()
  #failedRuns: readonly FailedRun[] = []
  runs = 0

  constructor(folder: string, options: BootOptions) {
    this.#folder = folder
    this.#options = options
  }

  /** Whether an enclave serves the contract at present. */
  get ready(): boolean {
    return this.#supervisor?.client != null
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
      inForce: supervisor !== null,
      runs: this.runs,
      waitingForParts: [...this.#pending.waitingForParts],
    }
  }

  /** Looks at the room once: answers challenges, runs what every party has granted. */
  tick(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#stopped || Date.now() < this.#notBefore || (this.#supervisor?.pauseMs ?? 0) > 0) return
      const files = roomFolder(this.#folder)
      const challenges = await files.list(ROOM.challenges)
      const seen = JSON.stringify(await Promise.all(CHANGING.map((folder) => files.list(folder))))
      const waiting = this.#pending.waitingForParts.length > 0
      if (challenges.length === 0 && seen === this.#seen && this.ready && !waiting) return
      const inForce = await this.#inForce()
      if (inForce === null) return
      const supervisor = await this.#started(inForce)
      for (const nonce of challenges) await this.#answerFile(inForce, supervisor, nonce)
      await this.#runAll(inForce, supervisor)
      this.#seen = this.ready ? seen : ""
    })
  }

  /** Answers a nonce; boots the enclave first when there is none. */
  attest(nonce: string): Promise<SessionEvidence> {
    return this.#inTurn(async () => {
      if (this.#stopped) throw new ParleyError("enclave-unreachable", "the host is stopping")
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

  async #answerFile({ digest: contract }: ContractInForce, supervisor: Supervisor, nonce: string): Promise<void> {
    if (/^[0-9a-f]{64}$/.test(nonce)) {
      const session = await supervisor.attest(nonce)
      await writeAtomically(join(this.#folder, sessionPath(nonce)), canonicalBytes(session))
      this.#options.log.info("challenge-answered", { contract })
    }
    await rm(join(this.#folder, challengePath(nonce)), { force: true })
  }

  async #runAll(inForce: ContractInForce, supervisor: Supervisor): Promise<void> {
    this.#pending = await pendingProposals(this.#folder, inForce, supervisor.encryptionKey ?? "")
    for (const run of this.#pending.runnable) {
      if (this.#stopped || !this.ready || this.#failed.has(attemptOf(run))) continue
      await this.#runOne(inForce, supervisor, run).catch((cause: unknown) => {
        const code = this.#fails(cause)
        this.#failed.set(attemptOf(run), code)
        // One that answers, if only with an error, has not crashed.
        if (code !== "enclave-unreachable") supervisor.succeeded()
        this.#options.log.warn("run-failed", { code, contract: inForce.digest, proposal: run.proposal.digest })
      })
    }
    this.#failedRuns = this.#pending.runnable.flatMap((run) => {
      const code = this.#failed.get(attemptOf(run))
      return code === undefined ? [] : [{ code, proposal: run.proposal.digest }]
    })
  }

  /** Keeps the last failure's code: a look at the room that goes well afterwards does not undo it. */
  #fails(cause: unknown): string {
    const code = cause instanceof ParleyError ? cause.code : "internal"
    this.#failure = { at: new Date().toISOString(), code }
    return code
  }

  async #runOne({ digest: contract }: ContractInForce, supervisor: Supervisor, run: RunnableProposal): Promise<void> {
    const { client } = supervisor
    if (client === null) return
    const proposal = run.proposal.digest
    this.#options.log.info("run-begun", { contract, proposal })
    const outcome = await runProposal(client, this.#folder, run)
    this.runs++
    if (outcome === "released") this.#failure = null
    supervisor.succeeded()
    this.#options.log.info(outcome === "released" ? "run-released" : "run-refused", { contract, proposal })
    if (outcome === "refused") await supervisor.retire()
  }
}

const NOT_IN_FORCE: ReadonlySet<string> = new Set(["contract-signature-missing", "file-missing"])

/** A proposal with just these grants: a new grant makes another attempt of it. */
function attemptOf({ grants, proposal }: RunnableProposal): string {
  return [proposal.digest, ...grants.map(({ digest }) => digest)].join()
}
