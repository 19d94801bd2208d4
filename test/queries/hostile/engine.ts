import type { EngineOutput } from "../../../shared/gate/group.ts"

/** What an engine that was overrun by a crafted file puts in the place of its answer: the gate refuses it all. */
export interface HostileOutput {
  readonly id: string
  readonly title: string
  readonly clauses: readonly string[]
  readonly change: (output: EngineOutput) => EngineOutput
}

/** Cells of the base query of `media`: people, region, total, absolute total, largest shares. */
const PEOPLE = 0
const REGION = 1
const TOTAL = 2

const output = (id: string, title: string, change: HostileOutput["change"]): HostileOutput => ({
  change,
  clauses: ["GATE-1"],
  id: `engine-${id}`,
  title,
})
const cell = (column: number, value: string | null) => (rows: EngineOutput) =>
  rows.map((row, index) => (index === 0 ? row.with(column, value) : row))

export const hostileOutputs: readonly HostileOutput[] = [
  output("free-text", "A region that spells a secret.", cell(REGION, "4111 1111 1111 1111")),
  output("null-region", "A null where the column has none.", cell(REGION, null)),
  output("group-twice", "The same group twice carries a second number.", (rows) => [...rows, ...rows.slice(0, 1)]),
  output("more-columns", "A column more than the query has.", (rows) => rows.map((row) => [...row, "1"])),
  output("fewer-columns", "A column less.", (rows) => rows.map((row) => row.slice(1))),
  output("many-people", "More people than there can be.", cell(PEOPLE, "99999999")),
  output("negative-people", "A negative number of people.", cell(PEOPLE, "-20")),
  output("no-people", "A group of nobody.", cell(PEOPLE, "0")),
  output("float-people", "Digits after the point of a count.", cell(PEOPLE, "200.5")),
  output("exponent", "A number in another notation carries bits.", cell(PEOPLE, "2e2")),
  output("leading-zero", "Leading zeros carry bits.", cell(PEOPLE, "0200")),
  output("total-off-scale", "Digits beyond the column's scale carry bits.", cell(TOTAL, "2000.001")),
  output("total-beyond", "A total that so many people cannot have.", cell(TOTAL, "99999999.00")),
  output("total-not-shares", "A total that its shares do not add up to.", cell(TOTAL, "1999.99")),
  output("not-a-number", "No number at all.", cell(TOTAL, "NaN")),
]
