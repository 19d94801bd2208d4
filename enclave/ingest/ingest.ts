import type { Dataset } from "../../shared/contract/dataset.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { TableSource } from "../../shared/query/sql/source.ts"
import { startChild, type WaitingChild } from "../process/child.ts"

const PROGRAM = new URL("./main.ts", import.meta.url)

/** What a process that ingests one dataset is told; it sees this dataset and no other. */
export interface IngestRequest {
  readonly dataset: Dataset
  /** Decrypted Parquet parts. */
  readonly files: readonly string[]
  /** Rows that the manifest names. */
  readonly expectedRows: number
  readonly spillFolder: string
  readonly memoryBytes: number
  readonly threads: number
}

/** Whom an owner takes out, by identity token. */
export type OptOuts = Pick<TableSource, "newOptOuts" | "optOuts">

/** A dataset that was validated on its own: the engine reads the very bytes that authenticated. */
export interface IngestedTable extends Omit<TableSource, "from"> {
  readonly files: readonly string[]
}

/** Starts a process that waits for its dataset. */
export function startIngest(signal: AbortSignal): WaitingChild {
  return startChild(PROGRAM, signal)
}

export async function ingestDataset(
  child: WaitingChild,
  request: IngestRequest,
  { newOptOuts, optOuts }: OptOuts,
): Promise<IngestedTable> {
  const answer = (await child.ask(request)) as { unique: unknown }
  const identity = request.dataset.columns.find(({ type }) => type === "identity")
  if (typeof answer.unique !== "boolean" || identity === undefined) {
    throw new ParleyError("engine-failed", "ingest gave no answer")
  }
  return {
    dataset: request.dataset.name,
    files: request.files,
    identityColumn: identity.name,
    newOptOuts,
    optOuts,
    owner: request.dataset.owner,
    uniqueIdentities: answer.unique,
  }
}
