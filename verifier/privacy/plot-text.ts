import { type CurvePoint, type ErrorCurve, shortNumber } from "./error-curve.ts"

const COLUMNS = 41
const ROWS = 9

/** The same picture for a terminal: one small plot per number, `o` where the contract is. */
export function plotText(curves: readonly ErrorCurve[]): string {
  return curves.map(curveText).join("\n\n")
}

function curveText({ chosen, column, points }: ErrorCurve): string {
  const { most, place } = axis(points)
  const grid = Array.from({ length: ROWS }, () => Array.from({ length: COLUMNS }, () => " "))
  for (const point of points) mark(grid, place(point), "*")
  mark(grid, place(chosen), "o")
  const labels = [shortNumber(most.error), shortNumber(points.at(-1)?.error ?? 0)]
  const width = Math.max(...labels.map(({ length }) => length))
  const lines = grid.map((row, i) => {
    const label = i === 0 ? labels[0] : i === ROWS - 1 ? labels[1] : ""
    return `${(label ?? "").padStart(width)} |${row.join("").trimEnd()}`
  })
  const [first, last] = [shortNumber(points[0]?.epsilon ?? 0), shortNumber(points.at(-1)?.epsilon ?? 0)]
  const axisLine = `${" ".repeat(width)} +${"-".repeat(COLUMNS)}`
  const ends = `${" ".repeat(width + 2)}${first}${last.padStart(COLUMNS - first.length)}  epsilon of one run`
  const here = `epsilon ${shortNumber(chosen.epsilon)}: 95 of 100 values within ${shortNumber(chosen.error)}`
  return [`${column}: error against epsilon, both logarithmic; o = ${here}`, ...lines, axisLine, ends].join("\n")
}

/** Logarithmic on both axes: the curve is nearly straight, and its ends are seen. */
function axis(points: readonly CurvePoint[]) {
  const [first, last] = [points[0], points.at(-1)]
  if (first === undefined || last === undefined) throw new RangeError("no curve")
  const share = (value: number, from: number, to: number) => Math.log(value / from) / Math.log(to / from)
  const place = ({ epsilon, error }: CurvePoint) => ({
    column: Math.round(share(epsilon, first.epsilon, last.epsilon) * (COLUMNS - 1)),
    row: Math.round(share(error, first.error, last.error) * (ROWS - 1)),
  })
  return { most: first, place }
}

function mark(grid: string[][], { column, row }: { readonly column: number; readonly row: number }, sign: string) {
  const line = grid[row]
  if (line?.[column] !== undefined) line[column] = sign
}
