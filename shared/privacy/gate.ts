import type { Contract } from "../contract/contract.ts"
import { resultColumns } from "../gate/release-row.ts"
import type { Result } from "../protocol/result.ts"
import { textToScaled } from "../query/decimal.ts"
import { dimensionsOf, type Plan } from "../query/plan.ts"
import { larger } from "../query/types/number.ts"
import type { Mechanism, NoisyNumber } from "./mechanism.ts"
import { cellStream } from "./noise-seed.ts"
import { releasedRow } from "./released-row.ts"
import { discreteGaussian } from "./sampler.ts"

declare const noised: unique symbol

/** A table that may leave: every declared group, every number with noise. Only `addNoise` makes one. */
export interface NoisyTable {
  readonly [noised]: true
  readonly columns: Result["columns"]
  readonly rows: Result["rows"]
  /** All declared groups are released. */
  readonly withheld: 0
}

/** What the engine says, without noise: text or null, in the layout of `boundedSql`. */
export type EngineRows = readonly (readonly (string | null)[])[]

/**
 * The one way out of a private query. Released are the declared groups, whatever the engine says: groups that it does
 * not name are zeros, and what it says beyond the declared bounds is put within them. Nothing here is refused, since a
 * refusal would depend on the data.
 */
export function addNoise(input: {
  readonly contract: Contract
  readonly plan: Plan
  readonly mechanism: Mechanism
  readonly rows: EngineRows
  readonly seed: Uint8Array
}): NoisyTable {
  const { contract, mechanism, plan, rows, seed } = input
  const bounds = mechanism.numbers.map((number) => boundsOf(contract, plan, mechanism, number))
  const width = dimensionsOf(plan).length
  const byGroup = new Map(rows.map((row) => [JSON.stringify(row.slice(0, width)), row.slice(width)]))
  const released = mechanism.groups.map((group) => {
    const cells = byGroup.get(JSON.stringify(group)) ?? []
    const noisy = mechanism.numbers.map((number, i) => {
      const { aggregate, part, variance } = number
      const noise = discreteGaussian(cellStream(seed, { aggregate, group, part }), variance)
      return within(unitsOf(cells[i], bounds[i]?.scale ?? 0), bounds[i]) + noise
    })
    return releasedRow(plan, mechanism, group, noisy)
  })
  return { columns: resultColumns(contract, plan), rows: released, withheld: 0 } as unknown as NoisyTable
}

interface Bounds {
  readonly max: bigint
  readonly min: bigint
  readonly scale: number
}

/** What a number without noise can be: as many identities as the smallest dataset can have rows. */
function boundsOf({ datasets }: Contract, plan: Plan, { clamps }: Mechanism, number: NoisyNumber): Bounds {
  const rows = datasets.filter(({ name }) => plan.datasets.includes(name)).map(({ maxRows }) => maxRows)
  const people = BigInt(Math.min(...rows))
  const clamp = number.part === "value" ? clamps[number.aggregate] : null
  if (clamp === null || clamp === undefined) return { max: people * number.bound, min: 0n, scale: 0 }
  return { max: larger(clamp.max, 0n) * people, min: -larger(-clamp.min, 0n) * people, scale: clamp.scale }
}

function within(value: bigint, bounds: Bounds | undefined): bigint {
  if (bounds === undefined) return 0n
  return value > bounds.max ? bounds.max : larger(value, bounds.min)
}

function unitsOf(cell: string | null | undefined, scale: number): bigint {
  const read = /^-?\d{1,40}(?:\.(\d{1,18}))?$/.exec(cell ?? "")
  return read === null || cell === null || cell === undefined || (read[1] ?? "").length > scale
    ? 0n
    : textToScaled(cell, scale)
}
