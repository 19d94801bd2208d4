import { requireValidAt } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { effectivePolicy } from "../../shared/query/policy.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import type { IngestedTable } from "../ingest/ingest.ts"
import type { Boot } from "../session/boot.ts"
import type { Timings } from "../session/timings.ts"
import type { ApprovedRun } from "./approve.ts"
import { compute } from "./compute.ts"
import { decryptParts } from "./decrypt-parts.ts"
import type { RunProcesses } from "./processes.ts"
import type { ProposedRun } from "./proposal.ts"
import { releaseRun } from "./release-run.ts"
import { type OwnerSecret, openSecrets } from "./secrets.ts"
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
  #secrets: readonly OwnerSecret[] = []
  #overdue = false

  constructor(options: RunOptions) {
    this.#options = options
    this.#processes = options.staging.processes()
    this.#deadline = setTimeout(() => this.#expire(), this.#runSeconds * 1000)
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
    const { approved, boot, staging, timings } = this.#options
    const { inForce } = boot
    const { run } = approved
    this.#secrets = await openSecrets(boot, approved)
    const policy = effectivePolicy(inForce.contract, run.plan)
    const tables = await this.#tables()
    const { engine } = this.#processes
    const gated = await compute({ engine, folder: staging.folder, inForce, policy, run, tables, timings })
    const now = await boot.clock.now()
    requireValidAt(inForce.contract, now)
    requireUnexpired(approved.grants, now)
    // The host may stop the machine, and with it every timer, but not the security module's clock.
    this.#overdue ||= now.getTime() > approved.at.getTime() + this.#runSeconds * 1000
    return timings.measure("sign", () => releaseRun(boot, approved, policy, gated, now))
  }

  /** Decrypts and validates every dataset. */
  async #tables(): Promise<readonly IngestedTable[]> {
    const { approved, parts, staging, timings } = this.#options
    const { folder } = staging
    const { decryption, ingest } = this.#processes
    const optOuts = new Map(this.#secrets.map((secret) => [secret.owner, secret.optOuts]))
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
    for (const { dataKeys } of this.#secrets) for (const key of dataKeys.values()) key.fill(0)
  }
}

/** A host could begin in time, hold the run back, and execute long after every consent has ended. */
function requireUnexpired(grants: ApprovedRun["grants"], now: Date): void {
  for (const { grant, party } of grants) {
    if (Date.parse(grant.payload.expires) >= now.getTime()) continue
    throw new ParleyError("grant-expired", `${party}: expired at ${grant.payload.expires}`)
  }
}
