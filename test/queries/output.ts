import type { BucketValues, OutputColumn, Parameter } from "../../shared/contract/query.ts"

/** `dataset.column` as text of a fixture. */
type Use = `${string}.${string}`

function use(text: Use): { readonly column: string; readonly dataset: string } {
  const [dataset = "", column = ""] = text.split(".")
  return { column, dataset }
}

export const dimension = (from: Use, name: string = use(from).column): OutputColumn => ({
  ...use(from),
  kind: "dimension",
  name,
})
export const count = (name: string): OutputColumn => ({ kind: "count", name })
export const sum = (name: string, ...reads: readonly Use[]): OutputColumn => ({
  kind: "sum",
  name,
  reads: reads.map(use),
})
export const avg = (name: string, ...reads: readonly Use[]): OutputColumn => ({
  kind: "avg",
  name,
  reads: reads.map(use),
})
export const ratio = (name: string, ...reads: readonly Use[]): OutputColumn => ({
  kind: "ratio",
  name,
  reads: reads.map(use),
})
export const bucket = (name: string, values: BucketValues): OutputColumn => ({ kind: "bucket", name, values })
export const words = (name: string, ...domain: readonly string[]): OutputColumn =>
  bucket(name, { domain: [...domain], type: "text" })
export const numbers = (name: string, min: number, max: number, step = 1): OutputColumn =>
  bucket(name, { range: { max, min, step }, type: "integer" })
export const days = (name: string, unit: "day" | "month" | "quarter" | "week" | "year", min: string, max: string) =>
  bucket(name, { range: { max, min }, type: "date", unit })

export const integerParameter = (name: string, min: number, max: number): Parameter => ({
  name,
  range: { max, min },
  type: "integer",
})
export const textParameter = (name: string, ...domain: readonly string[]): Parameter => ({
  domain: [...domain],
  name,
  type: "text",
})
export const dateParameter = (name: string, min: string, max: string): Parameter => ({
  name,
  range: { max, min },
  type: "date",
})
export const instantParameter = (name: string, min: string, max: string): Parameter => ({
  name,
  range: { max, min },
  type: "timestamp",
})
export const decimalParameter = (name: string, scale: number, min: string, max: string): Parameter => ({
  name,
  range: { max, min },
  scale,
  type: "decimal",
})
