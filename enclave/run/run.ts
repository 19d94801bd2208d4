import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { requireValidAt } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { effectivePolicy } from "../../shared/query/policy.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import { startEngine } from "../engine/engine.ts"
import type { Boot } from "../session/boot.ts"
import type { Timings } from "../session/timings.ts"
import type { ApprovedRun } from "./approve.ts"
import { compute } from "./compute.ts"
import { Intake, type PartAnnouncement } from "./intake.ts"
import type { ProposedRun } from "./proposal.ts"
import { PartyFault } from "./refuse.ts"
import { releaseRun } from "./release-run.ts"
import { type OwnerSecret, openSecret } from "./secrets.ts"
import { Validation } from "./validation.ts"

/** A run that holds data keys, from the first key to the wipe. */
export class Run {
  readonly #boot: Boot
  readonly #approved: ApprovedRun
  readonly #secrets: readonly OwnerSecret[]
  readonly #intake: Intake
  readonly #validation: Validation
  readonly #engine: ReturnType<typeof startEngine>
  readonly #processes = new AbortController()
  readonly #deadline: NodeJS.Timeout
  #overdue = false
  readonly #folder: string
  readonly #timings: Timings

  private constructor(
    boot: Boot,
    approved: ApprovedRun,
    secrets: readonly OwnerSecret[],
    folder: string,
    timings: Timings,
  ) {
    this.#boot = boot
    this.#approved = approved
    this.#secrets = secrets
    this.#folder = folder
    this.#timings = timings
    const dataKeys = new Map(secrets.flatMap((secret) => [...secret.dataKeys]))
    this.#intake = new Intake(join(folder, "in"), approved.versions, dataKeys)
    const { signal } = this.#processes
    const optOuts = new Map(secrets.map((secret) => [secret.owner, secret.optOuts]))
    const { versions } = approved
    this.#validation = new Validation({ folder, intake: this.#intake, optOuts, signal, timings, versions })
    this.#engine = startEngine(signal)
    this.#deadline = setTimeout(() => this.#expire(), boot.inForce.contract.limits.runSeconds * 1000)
  }

  /** Opens every owner's keys, and starts the processes that will read their data. */
  static async begin(boot: Boot, approved: ApprovedRun, work: string, timings: Timings): Promise<Run> {
    const folder = join(work, approved.run.proposal.digest)
    await rm(folder, { force: true, recursive: true })
    await mkdir(folder, { mode: 0o700, recursive: true })
    return new Run(boot, approved, await openSecrets(boot, approved), folder, timings)
  }

  get proposed(): ProposedRun {
    return this.#approved.run
  }

  /** Takes one part of ciphertext; a fault in it is its owner's. */
  async part(announcement: PartAnnouncement, source: AsyncIterable<Uint8Array>): Promise<void> {
    this.#requireInTime()
    try {
      const complete = await this.#timings.measure("decrypt", () => this.#intake.take(announcement, source))
      if (complete !== null) this.#validation.begin(complete)
    } catch (cause) {
      const version = this.#approved.versions.find(({ manifest }) => manifest.digest === announcement.manifest)
      if (!(cause instanceof ParleyError) || version === undefined || cause.code === "wire-malformed") throw cause
      const { owner, name } = version.dataset
      throw new PartyFault(
        "dataset-invalid",
        owner,
        `${name}, part ${announcement.index}: ${cause.code}: ${cause.message}`,
      )
    }
  }

  /** Computes and signs. Nothing of the result leaves before the receipt is signed. */
  async execute(): Promise<EnclaveResponse> {
    const { inForce } = this.#boot
    const { run } = this.#approved
    const policy = effectivePolicy(inForce.contract, run.plan)
    const gated = await compute({
      engine: this.#engine,
      folder: this.#folder,
      inForce,
      policy,
      run,
      tables: await this.#validation.tables(),
      timings: this.#timings,
    })
    const now = await this.#boot.clock.now()
    requireValidAt(inForce.contract, now)
    requireUnexpired(this.#approved.grants, now)
    this.#requireInTime()
    return this.#timings.measure("sign", () => releaseRun(this.#boot, this.#approved, policy, gated, now))
  }

  /** Forgets keys and plaintext, and kills the processes that read it. */
  async wipe(): Promise<void> {
    this.#forget()
    await rm(this.#folder, { force: true, recursive: true })
  }

  /** From the first key on a run has `runSeconds`, whatever the host waits for: then nothing is left to wait for. */
  #expire(): void {
    this.#overdue = true
    this.#forget()
  }

  #requireInTime(): void {
    if (this.#overdue) throw new ParleyError("grant-expired", "the run's time is over")
  }

  #forget(): void {
    clearTimeout(this.#deadline)
    this.#processes.abort()
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

/** On a fault the keys that were opened before it are forgotten at once. */
async function openSecrets(boot: Boot, { grants, versions }: ApprovedRun): Promise<readonly OwnerSecret[]> {
  const opened: OwnerSecret[] = []
  try {
    for (const grant of grants) {
      const secret = await openSecret(grant, versions, boot.keys.encryption.key).catch(partyFault(grant.party))
      if (secret !== null) opened.push(secret)
    }
    return opened
  } catch (cause) {
    for (const { dataKeys } of opened) for (const key of dataKeys.values()) key.fill(0)
    throw cause
  }
}

function partyFault(party: string): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof ParleyError)) throw cause
    throw new PartyFault("grant-invalid", party, `${cause.code}: ${cause.message}`)
  }
}
