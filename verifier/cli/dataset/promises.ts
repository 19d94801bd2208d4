import type { Dataset } from "../../../shared/contract/dataset.ts"
import { ParleyError } from "../../../shared/errors/index.ts"

// What the contract says about a dataset and nobody but its owner can hold: its row filter and its age.

const DAY_MS = 24 * 60 * 60 * 1000
/** How far the clocks of two machines may differ. */
const CLOCK_MS = 5 * 60 * 1000

/**
 * The others have agreed to data without the rows that the contract's filter leaves out: sealing without it, or with
 * another one, would hand them people whom the owner promised to keep out.
 */
export function requireRowFilter({ name, rowFilter }: Dataset, where: string | undefined): void {
  if (rowFilter === null || rowFilter === where) return
  const given = where === undefined ? "none was given" : "another one was given"
  throw new ParleyError("filter-invalid", `the contract's row filter of ${name} is ${rowFilter}, and ${given}`, {
    todo: `Give exactly --where ${shellQuoted(rowFilter)}`,
  })
}

/** What its owner should know about a filter of its own making; null when there is none. */
export function filterNote({ rowFilter }: Dataset, where: string | undefined): string | null {
  if (where === undefined || rowFilter !== null) return null
  return "the contract names no row filter: the others do not see that --where leaves rows out"
}

/** A sentence when the data is not as fresh as the contract says; null when it is. */
export function staleness({ freshness, name }: Dataset, asOf: string, now: Date): string | null {
  if (freshness === null) return null
  const age = now.getTime() - Date.parse(asOf)
  // A mistyped year would count as fresh until it comes.
  if (age < -CLOCK_MS) return `${name} as of ${asOf} is of the future`
  if (age <= freshness.maxAgeDays * DAY_MS) return null
  const days = Math.floor(age / DAY_MS)
  return `${name} as of ${asOf} is ${days} days old, the contract allows ${freshness.maxAgeDays}`
}

export function requireFresh(dataset: Dataset, asOf: string, now: Date): void {
  const stale = staleness(dataset, asOf, now)
  if (stale === null) return
  throw new ParleyError("input-faults", stale, {
    todo: "Export the data anew and give the time of the export with --as-of.",
  })
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
