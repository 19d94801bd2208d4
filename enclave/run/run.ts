import type { StatedPolicy } from "../../shared/contract/effective-policy.ts"
import { requireValidAt } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Gated } from "../../shared/gate/gate.ts"
import type { NoisyTable } from "../../shared/privacy/gate.ts"
import { statedPolicy } from "../../shared/privacy/stated-policy.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import type { IngestedTable } from "../ingest/ingest.ts"
import type { Boot } from "../session/boot.ts"
import type { Timings } from "../session/timings.ts"
import type { ApprovedRun } from "./approve.ts"
import { compute } from "./compute.ts"
import { decryptParts } from "./decrypt-parts.ts"
import { seedOf } from "./noise.ts"
import type { RunProcesses } from "./processes.ts"
import type { ProposedRun } from "./proposal.ts"
import { releaseRun } from "./release-run.ts"
import { ReleaseTime } from "./release-time.ts"
import { forget, type OwnerSecret, openSecrets } from "./secrets.ts"
import type { StagedPart, Staging } from "./staging.ts"
import { Validation } from "./validation.ts"

/** What a run is made of. */
export interface RunOptions {
  readonly boot: Boot
  readonly approved: ApprovedRun
  /** With every part of the proposed datasets. */
  readonly staging: Staging
  readonly parts: readonly StagedPart[]
  readonly timings: Timings
}

/** A run that holds data keys, from the first key to the wipe. Nothing outside the enclave can hold it up. */
export class Run {
  readonly #options: RunOptions
  readonly #processes: RunProcesses
  readonly #deadline: NodeJS.Timeout
  readonly #releaseTime: ReleaseTime
  #secrets: readonly OwnerSecret[] = []
  #overdue = false

  constructor(options: RunOptions) {
    this.#options = options
    this.#processes = options.staging.processes()
    this.#deadline = setTimeout(() => this.#expire(), this.#runSeconds * 1000)
    this.#releaseTime = new ReleaseTime(options.boot.inForce.contract)
  }

  get proposed(): ProposedRun {
    return this.#options.approved.run
  }

  /** Opens every owner's keys, computes and signs. Nothing of the result leaves before the receipt is signed. */
  async execute(): Promise<EnclaveResponse> {
    try {
      const released = await this.#release()
      if (!this.#overdue) return released
    } catch (cause) {
      // What a process says that was killed for lack of time is nobody's fault.
      if (!this.#overdue) throw cause
    }
    throw new ParleyError("grant-expired", "the run's time is over")
  }

  /** Forgets keys and plaintext, and kills the processes that read it. */
  async wipe(): Promise<void> {
    clearTimeout(this.#deadline)
    this.#forgetKeys()
    await this.#options.staging.discard()
  }

  async #release(): Promise<EnclaveResponse> {
    const { approved, boot, timings } = this.#options
    const { inForce } = boot
    const policy = statedPolicy(inForce.contract, approved.run.plan)
    const gated = await this.#releaseTime.hold(this.#compute(policy))
    const now = await boot.clock.now()
    requireValidAt(inForce.contract, now)
    requireUnexpired(approved.grants, now)
    // The host may stop the machine, and with it every timer, but not the security module's clock.
    this.#overdue ||= now.getTime() > approved.at.getTime() + this.#runSeconds * 1000
    return timings.measure("sign", () => releaseRun(boot, approved, policy, gated, now))
  }

  /** All that happens with keys and plaintext; how long it takes depends on the data. */
  async #compute(policy: StatedPolicy): Promise<Gated | NoisyTable> {
    const { approved, boot, staging, timings } = this.#options
    const { inForce } = boot
    const { run } = approved
    this.#secrets = await openSecrets(boot, approved)
    const seed = seedOf(inForce, run, this.#secrets)
    try {
      const tables = await this.#tables()
      const { engine } = this.#processes
      return await compute({ engine, folder: staging.folder, inForce, policy, run, seed, tables, timings })
    } finally {
      this.#forgetKeys()
      seed?.fill(0)
      // Until the fixed time nothing is left to wait for: plaintext need not.
      if (seed !== null) await staging.discard()
    }
  }

  /** Decrypts and validates every dataset. */
  async #tables(): Promise<readonly IngestedTable[]> {
    const { approved, parts, staging, timings } = this.#options
    const { folder } = staging
    const { decryption, ingest } = this.#processes
    const optOuts = new Map(this.#secrets.map((secret) => [secret.owner, secret]))
    const validation = new Validation({ folder, ingest, optOuts, parts, timings, versions: approved.versions })
    await decryptParts({
      dataKeys: new Map(this.#secrets.flatMap((secret) => [...secret.dataKeys])),
      parts,
      threads: decryption,
      timings,
      verified: (version) => validation.begin(version),
    })
    this.#forgetKeys()
    return validation.tables()
  }

  get #runSeconds(): number {
    return this.#options.boot.inForce.contract.limits.runSeconds
  }

  /** From the first key on a run has `runSeconds`: then keys, processes and files are gone. */
  #expire(): void {
    this.#overdue = true
    // Whoever waits for the run wipes once more, and sees it fail.
    this.wipe().catch(() => undefined)
  }

  #forgetKeys(): void {
    for (const secret of this.#secrets) forget(secret)
  }
}

/** A host could begin in time, hold the run back, and execute long after every consent has ended. */
function requireUnexpired(grants: ApprovedRun["grants"], now: Date): void {
  for (const { grant, party } of grants) {
    if (Date.parse(grant.payload.expires) >= now.getTime()) continue
    throw new ParleyError("grant-expired", `${party}: expired at ${grant.payload.expires}`)
  }
}
