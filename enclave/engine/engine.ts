import { ParleyError } from "../../shared/errors/index.ts"
import type { EngineOutput } from "../../shared/gate/group.ts"
import type { ParameterValues } from "../../shared/protocol/proposal.ts"
import type { GeneratedSql } from "../../shared/query/sql/aggregate.ts"
import { literal } from "../../shared/query/sql/quote.ts"
import type { TableSource } from "../../shared/query/sql/source.ts"
import type { IngestedTable } from "../ingest/ingest.ts"
import { startChild, type WaitingChild } from "../process/child.ts"

const PROGRAM = new URL("./main.ts", import.meta.url)

/** What the engine's process is told: SQL made by the keeper, bound values, files. */
export interface EngineRequest {
  readonly sql: string
  readonly values: readonly string[]
  readonly files: readonly string[]
  /** One row more than may leave is asked for; the gate refuses it. */
  readonly maxRows: number
  readonly spillFolder: string
  readonly memoryBytes: number
  readonly threads: number
}

/** Longest cell: a text of a domain, or as many shares as a rule can look at. */
const MOST_CHARACTERS = 600

/** Starts an engine that waits for its query. */
export function startEngine(signal: AbortSignal): WaitingChild {
  return startChild(PROGRAM, signal)
}

export async function runEngine(run: {
  readonly engine: WaitingChild
  readonly generated: GeneratedSql
  readonly tables: readonly IngestedTable[]
  readonly parameters: ParameterValues
  readonly maxRows: number
  readonly spillFolder: string
  readonly memoryBytes: number
  readonly threads: number
}): Promise<EngineOutput> {
  const { generated, maxRows, memoryBytes, parameters, spillFolder, tables, threads } = run
  const request: EngineRequest = {
    files: tables.flatMap(({ files }) => files),
    maxRows,
    memoryBytes,
    spillFolder,
    sql: generated.text,
    threads,
    values: generated.parameters.map((name) => String(parameters[name])),
  }
  return readOutput(await run.engine.ask(request))
}

/** A dataset as the generated SQL reads it. */
export function tableSource(table: IngestedTable): TableSource {
  return { ...table, from: `read_parquet([${table.files.map(literal).join(", ")}])` }
}

function readOutput(answer: unknown): EngineOutput {
  const cell = (value: unknown) => value === null || (typeof value === "string" && value.length <= MOST_CHARACTERS)
  if (Array.isArray(answer) && answer.every((row) => Array.isArray(row) && row.every(cell))) {
    return answer as EngineOutput
  }
  throw new ParleyError("gate-refused", "the engine's answer is not a table of text")
}
