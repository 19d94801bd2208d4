import { mkdir } from "node:fs/promises"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { ParleyError } from "../../shared/errors/index.ts"
import { type IngestedTable, ingestDataset, type OptOuts } from "../ingest/ingest.ts"
import type { WaitingChild } from "../process/child.ts"
import type { Timings } from "../session/timings.ts"
import { engineMemory } from "./compute.ts"
import type { DatasetVersion } from "./manifests.ts"
import { PartyFault } from "./refuse.ts"
import type { StagedPart } from "./staging.ts"

const NOBODY: OptOuts = { newOptOuts: [], optOuts: [] }

/** What validation shares with the run that it belongs to. */
export interface ValidationOptions {
  readonly versions: readonly DatasetVersion[]
  /** In the proposal's order. */
  readonly parts: readonly StagedPart[]
  readonly ingest: ReadonlyMap<string, WaitingChild>
  readonly optOuts: ReadonlyMap<string, OptOuts>
  readonly folder: string
  readonly timings: Timings
}

/**
 * One process per dataset, each of which sees that dataset alone. Each one works as soon as the last tag of its own
 * dataset has been verified, while others are still being decrypted.
 */
export class Validation {
  readonly #options: ValidationOptions
  readonly #begun = new Map<string, Promise<IngestedTable>>()

  constructor(options: ValidationOptions) {
    this.#options = options
  }

  /** Starts on a dataset whose every part has been verified. Faults are told by `tables`. */
  begin(version: DatasetVersion): void {
    const { name } = version.dataset
    const child = this.#options.ingest.get(name)
    if (child === undefined || this.#begun.has(name)) throw new RangeError("a dataset is validated once")
    const table = this.#options.timings.measure("ingest", () => this.#ingest(version, child))
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

  async #ingest(version: DatasetVersion, child: WaitingChild): Promise<IngestedTable> {
    const { folder, optOuts, parts, versions } = this.#options
    const { dataset, manifest } = version
    const spillFolder = join(folder, `spill-${dataset.name}`)
    await mkdir(spillFolder, { mode: 0o700 })
    const own = parts.filter((part) => part.version.dataset.name === dataset.name)
    const request = {
      dataset,
      expectedRows: manifest.payload.rows,
      files: own.map(({ path }) => path),
      memoryBytes: Math.floor(engineMemory() / versions.length),
      spillFolder,
      threads: availableParallelism(),
    }
    try {
      return await ingestDataset(child, request, optOuts.get(dataset.owner) ?? NOBODY)
    } catch (cause) {
      if (!(cause instanceof ParleyError) || cause.code !== "dataset-invalid") throw cause
      throw new PartyFault("dataset-invalid", dataset.owner, `${dataset.name}: ${cause.message}`)
    }
  }
}
