import type { OutputColumn, Query } from "../../contract/query.ts"
import type { Places } from "../place.ts"
import { bucketType, within } from "../types/declared.ts"
import { type JudgedOutput, readsOf } from "./outputs.ts"

/** The contract's declared output is what the parties read: it must be what the SQL says, in order. */
export function requireDeclared(places: Places, query: Query, outputs: readonly JudgedOutput[]): void {
  const length = Math.max(outputs.length, query.output.length)
  for (let index = 0; index < length; index++) {
    const [output, declared] = [outputs[index], query.output[index]]
    const found = output === undefined ? "absent" : describeFound(output)
    const wanted = declared === undefined ? "absent" : describeDeclared(declared)
    if (found !== wanted) {
      places.refuse(null, `output column ${index + 1} is ${found}, declared as ${wanted}`, "query-output")
    }
    if (output?.kind === "dimension" && declared?.kind === "bucket") requireBucket(places, output, declared)
  }
}

function requireBucket(
  places: Places,
  { name, term }: Extract<JudgedOutput, { kind: "dimension" }>,
  { values }: Extract<OutputColumn, { kind: "bucket" }>,
): void {
  if (!within(term.expression.type, bucketType(values))) {
    places.refuse(term.at, `${name} can have values that are not declared for it`, "query-output")
  }
}

function describeDeclared(column: OutputColumn): string {
  switch (column.kind) {
    case "dimension":
      return describe("dimension", column.name, [`${column.dataset}.${column.column}`])
    case "bucket":
    case "count":
      return describe(column.kind, column.name, [])
    case "avg":
    case "ratio":
    case "sum":
      return describe(
        column.kind,
        column.name,
        column.reads.map((read) => `${read.dataset}.${read.column}`),
      )
  }
}

function describeFound(output: JudgedOutput): string {
  const { name } = output
  if (output.kind === "ratio") return describe("ratio", name, readsOf(output.sides))
  if (output.kind === "aggregate") {
    const { released } = output
    return describe(released.aggregate.kind, name, readsOf([released]))
  }
  const { bare } = output.term
  if (bare === null) return describe("bucket", name, [])
  return describe("dimension", name, [`${bare.dataset.name}.${bare.column?.name}`])
}

function describe(kind: string, name: string, columns: readonly string[]): string {
  return columns.length === 0 ? `${kind} ${name}` : `${kind} ${name} of ${columns.join(", ")}`
}
