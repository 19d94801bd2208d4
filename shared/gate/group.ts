/** Rows of text or null, as `layoutOf` lays them out. Nothing in them is believed before the gate. */
export type EngineOutput = readonly (readonly (string | null)[])[]

/** One group as the engine reports it, with every cell within what the plan lets it be. */
export interface Group {
  readonly people: bigint
  /** The fewest that are in the same counts and in no other. */
  readonly alike: bigint
  readonly dimensions: readonly (string | null)[]
  /** By owner of whom not everybody has a row: persons of the group who do. */
  readonly present: ReadonlyMap<string, bigint>
  /** In the plan's order. */
  readonly aggregates: readonly GroupAggregate[]
  /** Persons whom an owner has newly taken out of the group or put into it; null is nobody. */
  readonly touched: bigint | null
}

/** One aggregate of a group; numbers are in units of the argument's scale. */
export interface GroupAggregate {
  readonly contributing: bigint
  readonly contributingPresent: ReadonlyMap<string, bigint>
  /** Of a count, as many as contribute. */
  readonly total: bigint
  /** Rows with a value; of averages alone. */
  readonly rows: bigint
  /** Sum of the persons' absolute totals, and the largest of these. */
  readonly absolute: bigint
  readonly shares: readonly bigint[]
  readonly touched: bigint | null
}
