import type { Prepared } from "./prepare.ts"
import type { SealedRecord } from "./records.ts"

/** Changes that are worth a look before sealing. Shares in percentage points. */
const NULL_SHARE_POINTS = 5
const ROW_SHARE_PERCENT = 20

/** What differs between the input and the last sealed version, one sentence each; empty when nothing does. */
export function drift(prepared: Prepared, asOf: string, last: SealedRecord): readonly string[] {
  return [
    ...columnDrift(prepared, last),
    ...rowDrift(prepared, last),
    ...nullDrift(prepared, last),
    ...freshness(asOf, last),
  ]
}

function columnDrift({ dataset }: Prepared, last: SealedRecord): readonly string[] {
  const before = new Map(last.columns.map(({ name, type }) => [name, type]))
  const now = new Map(dataset.columns.map(({ name, type }) => [name, type as string]))
  return [
    ...[...now.keys()].filter((name) => !before.has(name)).map((name) => `column ${name} is new`),
    ...[...before.keys()].filter((name) => !now.has(name)).map((name) => `column ${name} is gone`),
    ...[...now]
      .filter(([name, type]) => before.has(name) && before.get(name) !== type)
      .map(([name, type]) => `column ${name} was ${before.get(name)} and is ${type}`),
  ]
}

function rowDrift({ survey }: Prepared, last: SealedRecord): readonly string[] {
  if (last.rows === 0) return survey.rows === 0 ? [] : [`${survey.rows} rows, none before`]
  const change = ((survey.rows - last.rows) / last.rows) * 100
  return Math.abs(change) < ROW_SHARE_PERCENT ? [] : [`${survey.rows} rows, ${last.rows} before (${signed(change)} %)`]
}

function nullDrift({ survey }: Prepared, last: SealedRecord): readonly string[] {
  return last.columns.flatMap(({ name, nulls }) => {
    const before = last.rows === 0 ? 0 : (nulls / last.rows) * 100
    const now = survey.rows === 0 ? 0 : ((survey.nulls.get(name) ?? 0) / survey.rows) * 100
    if (Math.abs(now - before) < NULL_SHARE_POINTS) return []
    return [`column ${name}: ${now.toFixed(1)} % empty, ${before.toFixed(1)} % before`]
  })
}

function freshness(asOf: string, last: SealedRecord): readonly string[] {
  return Date.parse(asOf) < Date.parse(last.asOf)
    ? [`data as of ${asOf}, older than the last version's ${last.asOf}`]
    : []
}

function signed(value: number): string {
  return `${value > 0 ? "+" : ""}${value.toFixed(0)}`
}
