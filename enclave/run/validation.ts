import { mkdir } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import { type IngestedTable, ingestDataset, startIngest } from "../ingest/ingest.ts"
import type { Timings } from "../session/timings.ts"
import { engineMemory } from "./compute.ts"
import type { Intake } from "./intake.ts"
import type { DatasetVersion } from "./manifests.ts"
import { PartyFault } from "./refuse.ts"

/** What validation shares with the run that it belongs to. */
export interface ValidationOptions {
  readonly versions: readonly DatasetVersion[]
  readonly intake: Intake
  readonly optOuts: ReadonlyMap<string, readonly string[]>
  readonly folder: string
  readonly signal: AbortSignal
  readonly timings: Timings
}

/**
 * One process per dataset, each of which sees that dataset alone. They are started with the run, and each one works as
 * soon as the last tag of its own dataset has been verified, while others are still arriving.
 */
export class Validation {
  readonly #options: ValidationOptions
  readonly #waiting: ReadonlyMap<string, ReturnType<typeof startIngest>>
  readonly #begun = new Map<string, Promise<IngestedTable>>()

  constructor(options: ValidationOptions) {
    this.#options = options
    this.#waiting = new Map(options.versions.map(({ dataset }) => [dataset.name, startIngest(options.signal)]))
  }

  /** Starts on a dataset whose every part has been verified. Faults are told by `tables`. */
  begin(version: DatasetVersion): void {
    const { name } = version.dataset
    const ask = this.#waiting.get(name)
    if (ask === undefined || this.#begun.has(name)) throw new RangeError("a dataset is validated once")
    const table = this.#options.timings.measure("ingest", () => this.#ingest(version, ask))
    table.catch(() => undefined)
    this.#begun.set(name, table)
  }

  /** All tables in the order of the query's datasets, or the first fault, which names its owner. */
  tables(): Promise<readonly IngestedTable[]> {
    return Promise.all(
      this.#options.versions.map(({ dataset }) => {
        const table = this.#begun.get(dataset.name)
        if (table === undefined) throw new ParleyError("phase-illegal", "parts are missing")
        return table
      }),
    )
  }

  async #ingest({ dataset, manifest }: DatasetVersion, ask: ReturnType<typeof startIngest>): Promise<IngestedTable> {
    const { folder, intake, optOuts, versions } = this.#options
    const spillFolder = join(folder, `spill-${dataset.name}`)
    await mkdir(spillFolder, { mode: 0o700 })
    const request = {
      dataset,
      expectedRows: manifest.payload.rows,
      files: intake.files({ dataset, manifest }),
      memoryBytes: Math.floor(engineMemory() / versions.length),
      spillFolder,
      threads: availableParallelism(),
    }
    try {
      return await ingestDataset(ask, request, optOuts.get(dataset.owner) ?? [])
    } catch (cause) {
      if (!(cause instanceof ParleyError) || cause.code !== "dataset-invalid") throw cause
      throw new PartyFault("dataset-invalid", dataset.owner, `${dataset.name}: ${cause.message}`)
    }
  }
}
