import type { DuckDBConnection } from "@duckdb/node-api"
import { ParleyError } from "../../../shared/errors/index.ts"
import type { Conversion, FaultKind } from "./conversion.ts"
import { type Input, readable } from "./input.ts"
import type { Prepared } from "./prepare.ts"

/** How many faults are named with their row; all are counted. */
export const NAMED = 20

/** One fault, by the number of its data row (the header not counted) and its column. Values are never told. */
export interface Fault {
  readonly row: number
  readonly column: string
  readonly kind: FaultKind
}

/** What is wrong with an input. */
interface Survey {
  readonly faults: readonly { readonly column: string; readonly kind: FaultKind; readonly count: number }[]
  readonly first: readonly Fault[]
}

/** Counts faults in one pass; a second one finds their rows. */
async function survey(engine: DuckDBConnection, input: Input, conversions: readonly Conversion[]): Promise<Survey> {
  const checks = conversions.flatMap(({ column, faults, value }) =>
    faults.map(({ kind, when }) => ({ column, kind, when: when(value) })),
  )
  const counts = checks.map(({ when }) => `count(*) FILTER (WHERE ${when})`)
  const result = await readable(() => engine.runAndReadAll(`SELECT ${counts.join(",\n")} FROM ${input.plain}`))
  const [row = []] = result.getRows()
  const numbers = row.map(Number)
  const faults = checks
    .map(({ column, kind }, index) => ({ column, count: numbers[index] ?? 0, kind }))
    .filter(({ count }) => count > 0)
  return { faults, first: faults.length === 0 ? [] : await firstFaults(engine, input, checks) }
}

async function firstFaults(
  engine: DuckDBConnection,
  input: Input,
  checks: readonly { readonly column: string; readonly kind: FaultKind; readonly when: string }[],
): Promise<readonly Fault[]> {
  const any = checks.map(({ when }) => `(${when})`).join(" OR ")
  const flags = checks.map(({ when }) => `coalesce(${when}, false)`).join(",\n")
  const result = await inFileOrder(engine, () =>
    engine.runAndReadAll(`SELECT parley_row, ${flags} FROM ${input.numbered} WHERE ${any} ORDER BY 1 LIMIT ${NAMED}`),
  )
  const found = result
    .getRows()
    .flatMap(([row, ...values]) =>
      checks
        .filter((_, index) => values[index] === true)
        .map(({ column, kind }) => ({ column, kind, row: Number(row) })),
    )
  return found.slice(0, NAMED)
}

const WORDS: Readonly<Record<FaultKind, string>> = {
  domain: "not in the declared domain",
  empty: "empty after normalisation",
  null: "empty, and the contract says it is not",
  range: "outside the declared range or step",
  type: "not of the declared type",
}

/**
 * Throws `input-faults` that counts every fault and names the first ones. Only an input whose writing has stopped is
 * looked over: a sound one is read once.
 */
export async function requireClean({ conversions, engine, input }: Prepared): Promise<void> {
  const { faults, first } = await survey(engine, input, conversions)
  if (faults.length === 0) return
  const counted = faults.map(({ column, count, kind }) => `${column}: ${count} ${WORDS[kind]}`)
  throw inputFaults(
    counted,
    first.map(({ column, kind, row }) => ({ column, row, words: WORDS[kind] })),
  )
}

/** The refusal of an input: how often each thing is wrong, and the first rows where it is. */
export function inputFaults(
  counted: readonly string[],
  first: readonly { readonly column: string; readonly row: number; readonly words: string }[],
): ParleyError {
  const named = first.map(({ column, row, words }) => `row ${row}, column ${column}: ${words}`)
  return new ParleyError("input-faults", [`${counted.join("; ")}. First ones:`, ...named].join("\n  "))
}

/** One thread while `work` runs: rows then keep the order of the file, so that their numbers are its own. */
export async function inFileOrder<T>(engine: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  const [[threads] = []] = (await engine.runAndReadAll("SELECT current_setting('threads')")).getRows()
  await engine.run("SET threads = 1")
  const done = await readable(work)
  await engine.run(`SET threads = ${Number(threads)}`)
  return done
}
