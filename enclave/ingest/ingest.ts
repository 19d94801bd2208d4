import type { Dataset } from "../../shared/contract/dataset.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { runChild } from "../process/child.ts"

const PROGRAM = new URL("./main.ts", import.meta.url)

/** What a process that ingests one dataset is told; it sees this dataset and no other. */
export interface IngestRequest {
  readonly dataset: Dataset
  /** Decrypted Parquet parts. */
  readonly files: readonly string[]
  /** Rows that the manifest names. */
  readonly expectedRows: number
  /** Identity tokens that the owner takes out. */
  readonly optOuts: readonly string[]
  /** Columns that the plan reads, beside the identity. */
  readonly columns: readonly string[]
  readonly outputFolder: string
  readonly spillFolder: string
  readonly memoryBytes: number
  readonly threads: number
}

/** A dataset that was validated on its own and written anew for the engine. */
export interface IngestedTable {
  readonly dataset: string
  readonly identityColumn: string
  readonly file: string
  /** Whether no identity has more than one row, counted and not just declared. */
  readonly uniqueIdentities: boolean
}

export async function ingestDataset(request: IngestRequest & { readonly signal: AbortSignal }): Promise<IngestedTable> {
  const { signal, ...told } = request
  const answer = (await runChild(PROGRAM, told, signal)) as { file: unknown; unique: unknown }
  const identity = request.dataset.columns.find(({ type }) => type === "identity")
  if (typeof answer.file !== "string" || typeof answer.unique !== "boolean" || identity === undefined) {
    throw new ParleyError("engine-failed", "ingest gave no table")
  }
  const { name } = request.dataset
  return { dataset: name, file: answer.file, identityColumn: identity.name, uniqueIdentities: answer.unique }
}
