import type { DuckDBConnection } from "@duckdb/node-api"
import { type Gated, gate } from "../../shared/gate/gate.ts"
import type { EngineOutput } from "../../shared/gate/group.ts"
import type { ParameterValues } from "../../shared/protocol/proposal.ts"
import { checkParameters } from "../../shared/query/parameters.ts"
import { aggregateSql } from "../../shared/query/sql/aggregate.ts"
import type { TableSource } from "../../shared/query/sql/source.ts"
import type { Judged } from "./judging.ts"

/** What a run does between decryption and sealing: generated SQL in the engine, its rows through the gate. */
export async function release(
  judged: Judged,
  engine: DuckDBConnection,
  tables: readonly TableSource[],
  parameters: ParameterValues,
): Promise<Gated> {
  return throughGate(judged, tables, await engineOutput(judged, engine, tables, parameters))
}

/** The rows that an honest engine gives. */
export async function engineOutput(
  { contract, plan, policy }: Judged,
  engine: DuckDBConnection,
  tables: readonly TableSource[],
  parameters: ParameterValues,
): Promise<EngineOutput> {
  const [query] = contract.queries
  if (query === undefined) throw new Error("no query")
  checkParameters(query, parameters)
  const generated = aggregateSql(plan, tables, policy)
  const values = generated.parameters.map((name) => String(parameters[name]))
  const result = await engine.runAndReadAll(generated.text, values)
  return result.getRows().map((row) => row.map((cell) => (cell === null ? null : String(cell))))
}

export function throughGate(
  { contract, plan, policy }: Judged,
  tables: readonly TableSource[],
  output: EngineOutput,
): Gated {
  return gate({ contract, output, plan, policy, touched: tables.some(({ newOptOuts }) => newOptOuts.length > 0) })
}
