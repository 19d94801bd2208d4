import { ParleyError } from "../../shared/errors/index.ts"
import type { ParameterValues } from "../../shared/protocol/proposal.ts"
import type { JudgedQuery } from "../../shared/query/judged.ts"
import type { IngestedTable } from "../ingest/ingest.ts"
import { startChild, type WaitingChild } from "../process/child.ts"
import { aggregateSql } from "./sql.ts"

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

/** Rows of text or null, as `aggregateSql` lays them out. Nothing in them is believed before the gate. */
export type EngineOutput = readonly (readonly (string | null)[])[]

/** Starts an engine that waits for its query. */
export function startEngine(signal: AbortSignal): WaitingChild {
  return startChild(PROGRAM, signal)
}

export async function runEngine(run: {
  readonly engine: WaitingChild
  readonly plan: JudgedQuery
  readonly tables: readonly IngestedTable[]
  readonly parameters: ParameterValues
  readonly maxRows: number
  readonly spillFolder: string
  readonly memoryBytes: number
  readonly threads: number
}): Promise<EngineOutput> {
  const { maxRows, memoryBytes, parameters, plan, spillFolder, tables, threads } = run
  const generated = aggregateSql(plan, tables)
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

function readOutput(answer: unknown): EngineOutput {
  const cell = (value: unknown) => value === null || (typeof value === "string" && value.length <= 400)
  if (Array.isArray(answer) && answer.every((row) => Array.isArray(row) && row.every(cell))) {
    return answer as EngineOutput
  }
  throw new ParleyError("gate-refused", "the engine's answer is not a table of text")
}
