import { contributionBounds } from "../query/contribution.ts"
import { absolute as magnitude } from "../query/decimal.ts"
import type { Aggregate, Plan } from "../query/plan.ts"
import { countsEverybody, type HiddenCells } from "../query/sql/layout.ts"
import { greatestDivisor, scaleOfType } from "../query/types/number.ts"
import { type Cells, refused } from "./cells.ts"
import type { Group, GroupAggregate } from "./group.ts"
import { requireShares } from "./shares.ts"

type People = Pick<Group, "people" | "present">
/** Reads one aggregate of a group whose people have been read. */
export type AggregateReader = (cells: Cells, people: People) => GroupAggregate

export function aggregateReader(plan: Plan, index: number, hidden: HiddenCells): AggregateReader {
  const aggregate = plan.aggregates[index]
  if (aggregate === undefined) throw new RangeError("no aggregate")
  const contributors = contributorsReader(plan, index, aggregate, hidden)
  if (aggregate.kind === "count") {
    return (cells, people) => {
      const counted = contributors(cells, people)
      return { ...counted, absolute: counted.contributing, rows: 0n, shares: [], total: counted.contributing }
    }
  }
  const sums = sumReader(plan, index, aggregate, hidden)
  return (cells, people) => {
    const counted = contributors(cells, people)
    return { ...counted, ...sums(cells, people.people, counted.contributing) }
  }
}

/** A grant has no room for as many opt-outs. */
const MOST_TOUCHED = 1_000_000n

type Contributors = Pick<GroupAggregate, "contributing" | "contributingPresent" | "touched">

function contributorsReader(plan: Plan, index: number, aggregate: Aggregate, hidden: HiddenCells) {
  const everybody = countsEverybody(plan, index)
  const behind = aggregate.kind === "count" ? (plan.from.relations[aggregate.relation]?.owners ?? []) : []
  const touchedOf = (cells: Cells) =>
    hidden.touched ? cells.countOrNull(`touched-contributing/${index}`, MOST_TOUCHED) : null
  return (cells: Cells, { people, present }: People): Contributors => {
    const contributing = everybody ? people : cells.count(`contributing/${index}`, people)
    const contributingPresent = new Map<string, bigint>()
    for (const [owner, there] of present) {
      const both = everybody ? there : cells.count(`contributing-present/${index}/${owner}`, there)
      // Those that contribute and are not present are among those that are not present.
      if (both > contributing || contributing - both > people - there) throw refused("contributors that are not there")
      if (behind.includes(owner) && both !== contributing) throw refused("counted rows that are not there")
      contributingPresent.set(owner, both)
    }
    return { contributing, contributingPresent, touched: touchedOf(cells) }
  }
}

type Sums = Pick<GroupAggregate, "absolute" | "rows" | "shares" | "total">

/** Totals lie on the grid that the argument's declared values make, within what so many people can contribute. */
function sumReader(
  plan: Plan,
  index: number,
  { argument, kind }: Exclude<Aggregate, { kind: "count" }>,
  { shares: asked }: HiddenCells,
) {
  const { type } = argument
  if (type.kind !== "integer" && type.kind !== "decimal") throw new RangeError("a sum of no numbers")
  const scale = scaleOfType(type)
  const bounds = contributionBounds(plan, index)
  const grid = greatestDivisor(magnitude(type.min), type.step)
  return (cells: Cells, people: bigint, contributing: bigint): Sums => {
    const total = cells.sum(`total/${index}`, scale)
    if (total > contributing * bounds.max || total < contributing * bounds.min || total % grid !== 0n) {
      throw refused("a sum beyond its range")
    }
    const rows = kind === "avg" ? cells.count(`rows/${index}`, people * plan.from.rowsPerIdentity) : 0n
    if (kind === "avg") requireRows(total, rows, contributing, type)
    if (asked === 0) return { absolute: magnitude(total), rows, shares: [], total }
    const found = { absolute: cells.sum(`absolute/${index}`, scale), shares: cells.list(`shares/${index}`, scale) }
    requireShares({ ...found, asked, bounds, contributing, grid, total })
    return { ...found, rows, total }
  }
}

function requireRows(
  total: bigint,
  rows: bigint,
  contributing: bigint,
  { max, min, step }: { readonly max: bigint; readonly min: bigint; readonly step: bigint },
): void {
  const within = total >= rows * min && total <= rows * max && (total - rows * min) % step === 0n
  if (!within || rows < contributing) throw refused("a sum beyond its rows")
}
