import type { Contract } from "../contract/contract.ts"
import { dimensionsOf, MOST_GROUPS, type Plan } from "../query/plan.ts"
import { comparesNumbers, type HiddenCells, layoutOf, numbersOfSome, optionalOwners } from "../query/sql/layout.ts"
import { type AggregateReader, aggregateReader } from "./aggregate-reader.ts"
import { Cells, refused } from "./cells.ts"
import { declaredBy } from "./dimension.ts"
import type { EngineOutput, Group } from "./group.ts"

/** Reads rows in the layout of the plan. A compromised engine could put anything here: each cell is bounded. */
export function readGroups(
  contract: Contract,
  plan: Plan,
  hidden: HiddenCells,
  output: EngineOutput,
): readonly Group[] {
  if (output.length > MOST_GROUPS) throw refused("too many groups")
  const layout = layoutOf(plan, hidden)
  const read = groupReader(contract, plan, hidden)
  const groups = output.map((row) => read(new Cells(layout, row)))
  const keys = new Set(groups.map(({ dimensions }) => JSON.stringify(dimensions)))
  if (keys.size !== groups.length) throw refused("the same group twice")
  const memberships = groups.reduce((sum, { people }) => sum + people, 0n)
  if (memberships > mostPeople(contract, plan) * plan.from.rowsPerIdentity) throw refused("more people than there are")
  return groups
}

function groupReader(contract: Contract, plan: Plan, hidden: HiddenCells): (cells: Cells) => Group {
  const most = mostPeople(contract, plan)
  const owners = optionalOwners(plan).map((owner) => [owner, mostPresent(contract, plan, owner)] as const)
  const dimensions = dimensionsOf(plan).map(declaredBy)
  const aggregates = plan.aggregates.map((_, index): AggregateReader => aggregateReader(plan, index, hidden))
  const some = numbersOfSome(plan)
  const several = comparesNumbers(plan)
  return (cells) => {
    const people = cells.count("people", most)
    if (people === 0n) throw refused("a group of nobody")
    const present = new Map(
      owners.map(([owner, there]) => [owner, cells.count(`present/${owner}`, lesser(there, people))]),
    )
    const touched = hidden.touched ? cells.countOrNull("touched", most) : null
    const read = aggregates.map((reader) => reader(cells, { people, present }))
    return {
      aggregates: read,
      alike: several
        ? alikeOf(
            cells,
            people,
            some.map((index) => read[index]?.contributing ?? 0n),
          )
        : people,
      dimensions: dimensions.map((declared, index) => {
        const cell = cells.text(`dimension/${index}`)
        if (!declared(cell)) throw refused("a dimension outside its domain")
        return cell
      }),
      people,
      present,
      touched,
    }
  }
}

/** Those who contribute to an aggregate, and those who do not, are made up of people who contribute to the same ones. */
function alikeOf(cells: Cells, people: bigint, counts: readonly bigint[]): bigint {
  const sets = counts.flatMap((count) => [count, people - count]).filter((count) => count > 0n)
  const alike = cells.count("alike", sets.reduce(lesser, people))
  if (alike === 0n) throw refused("a number of nobody")
  return alike
}

/** Everybody of the result has a row of each relation that is not optional. */
function mostPeople(contract: Contract, { from }: Plan): bigint {
  const behind = from.relations.flatMap(({ datasets, optional }) => (optional ? [] : datasets))
  return minimum(behind.map((name) => maxRows(contract, name)))
}

function mostPresent(contract: Contract, { from }: Plan, owner: string): bigint {
  const own = from.relations.filter(({ owners }) => owners.includes(owner))
  return own.reduce((sum, { datasets }) => sum + minimum(datasets.map((name) => maxRows(contract, name))), 0n)
}

function maxRows({ datasets }: Contract, name: string): bigint {
  return BigInt(datasets.find((dataset) => dataset.name === name)?.maxRows ?? 0)
}

function minimum([first = 0n, ...others]: readonly bigint[]): bigint {
  return others.reduce(lesser, first)
}

function lesser(a: bigint, b: bigint): bigint {
  if (a < b) return a
  return b
}
