import type { Prepared } from "./prepare.ts"
import type { InputColumn, SealedRecord } from "./records.ts"
import type { Written } from "./write-parts.ts"

/** Changes that are worth a look before sealing. Shares in percentage points. */
const NULL_SHARE_POINTS = 5
const ROW_SHARE_PERCENT = 20

/** What differs between the input and the last sealed version, one sentence each; empty when nothing does. */
export function drift(prepared: Prepared, written: Written, asOf: string, last: SealedRecord): readonly string[] {
  const [now, before] = [inputColumns(prepared, written), columnsBefore(last)]
  return [
    ...(before === null ? [] : columnDrift(now, before)),
    ...rowDrift(written, last),
    ...(before === null ? [] : nullDrift(written, now, last, before)),
    ...ageDrift(asOf, last),
  ]
}

/** The input's own header with types, and how many cells of the columns that the contract uses are empty. */
export function inputColumns({ conversions, input }: Prepared, written: Written): readonly InputColumn[] {
  const nulls = new Map(conversions.map(({ column, source }) => [source, written.nulls.get(column) ?? 0]))
  return [...input.header].map(([name, type]) => ({ name, nulls: nulls.get(name) ?? null, type }))
}

/** A record of the first format knows the contract's columns only, by which nothing can be told. */
function columnsBefore(last: SealedRecord): readonly InputColumn[] | null {
  return last.format === "parley/sealed-record/v2" ? last.input : null
}

function columnDrift(now: readonly InputColumn[], before: readonly InputColumn[]): readonly string[] {
  const types = (columns: readonly InputColumn[]) => new Map(columns.map(({ name, type }) => [name, type]))
  const [typeNow, typeBefore] = [types(now), types(before)]
  return [
    ...[...typeNow.keys()].filter((name) => !typeBefore.has(name)).map((name) => `column ${name} is new`),
    ...[...typeBefore.keys()].filter((name) => !typeNow.has(name)).map((name) => `column ${name} is gone`),
    ...[...typeNow]
      .filter(([name, type]) => typeBefore.has(name) && typeBefore.get(name) !== type)
      .map(([name, type]) => `column ${name} was ${typeBefore.get(name)} and is ${type}`),
  ]
}

function rowDrift({ rows }: Written, last: SealedRecord): readonly string[] {
  if (last.rows === 0) return rows === 0 ? [] : [`${rows} rows, none before`]
  const change = ((rows - last.rows) / last.rows) * 100
  return Math.abs(change) < ROW_SHARE_PERCENT ? [] : [`${rows} rows, ${last.rows} before (${signed(change)} %)`]
}

function nullDrift(
  { rows }: Written,
  now: readonly InputColumn[],
  last: SealedRecord,
  before: readonly InputColumn[],
): readonly string[] {
  const shares = new Map(before.map(({ name, nulls }) => [name, share(nulls, last.rows)]))
  return now.flatMap(({ name, nulls }) => {
    const [was, is] = [shares.get(name) ?? null, share(nulls, rows)]
    if (was === null || is === null || Math.abs(is - was) < NULL_SHARE_POINTS) return []
    return [`column ${name}: ${is.toFixed(1)} % empty, ${was.toFixed(1)} % before`]
  })
}

/** In percent; null where it was not counted. */
function share(nulls: number | null, rows: number): number | null {
  if (nulls === null) return null
  return rows === 0 ? 0 : (nulls / rows) * 100
}

function ageDrift(asOf: string, last: SealedRecord): readonly string[] {
  return Date.parse(asOf) < Date.parse(last.asOf)
    ? [`data as of ${asOf}, older than the last version's ${last.asOf}`]
    : []
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(0)}`
}
