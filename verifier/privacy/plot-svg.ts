import { type CurvePoint, type ErrorCurve, shortNumber } from "./error-curve.ts"

const WIDTH = 640
const HEIGHT = 360
const MARGIN = { bottom: 48, left: 72, right: 160, top: 32 } as const
const COLOURS = ["#0b5fa5", "#b3541e", "#2e7d32", "#7b3f98", "#8a6d00", "#a01c3f"] as const

/** Expected error against epsilon, both axes logarithmic, as a picture of its own: no script, no reference to anything. */
export function plotSvg(title: string, curves: readonly ErrorCurve[]): string {
  const axes = axesOf(curves)
  const body = curves.map((curve, index) => curveSvg(curve, index, axes))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${MARGIN.left}" y="20" font-weight="bold">${escaped(title)}</text>`,
    ...gridSvg(axes),
    ...body,
    "</svg>",
  ].join("\n")
}

interface Axes {
  readonly epsilons: readonly number[]
  readonly errors: readonly number[]
  readonly x: (epsilon: number) => number
  readonly y: (error: number) => number
}

function axesOf(curves: readonly ErrorCurve[]): Axes {
  const points = curves.flatMap((curve) => curve.points)
  const epsilons = ticks(points.map(({ epsilon }) => epsilon))
  const errors = ticks(points.map(({ error }) => error))
  const place = (values: readonly number[], from: number, to: number) => {
    const [low, high] = [Math.log(values[0] ?? 1), Math.log(values.at(-1) ?? 10)]
    return (value: number) => from + ((Math.log(value) - low) / (high - low)) * (to - from)
  }
  return {
    epsilons,
    errors,
    x: place(epsilons, MARGIN.left, WIDTH - MARGIN.right),
    y: place(errors, HEIGHT - MARGIN.bottom, MARGIN.top),
  }
}

/** Powers of ten around all values, at least two of them. */
function ticks(values: readonly number[]): readonly number[] {
  const from = Math.floor(Math.log10(Math.min(...values)))
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))))
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i))
}

function gridSvg({ epsilons, errors, x, y }: Axes): readonly string[] {
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom]
  const line = (x1: number, y1: number, x2: number, y2: number) =>
    `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#ccc"/>`
  return [
    ...epsilons.flatMap((value) => [
      line(x(value), MARGIN.top, x(value), bottom),
      `<text x="${round(x(value))}" y="${bottom + 16}" text-anchor="middle">${shortNumber(value)}</text>`,
    ]),
    ...errors.flatMap((value) => [
      line(MARGIN.left, y(value), right, y(value)),
      `<text x="${MARGIN.left - 6}" y="${round(y(value) + 4)}" text-anchor="end">${shortNumber(value)}</text>`,
    ]),
    `<text x="${(MARGIN.left + right) / 2}" y="${HEIGHT - 10}" text-anchor="middle">epsilon of one run</text>`,
    `<text x="16" y="${(MARGIN.top + bottom) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(MARGIN.top + bottom) / 2})">error of 95 in 100</text>`,
  ]
}

function curveSvg({ chosen, column, points }: ErrorCurve, index: number, { x, y }: Axes): string {
  const colour = COLOURS[index % COLOURS.length] ?? COLOURS[0]
  const at = ({ epsilon, error }: CurvePoint) => `${round(x(epsilon))},${round(y(error))}`
  const legend = MARGIN.top + 14 * index
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(at).join(" ")}"/>`,
    `<circle cx="${round(x(chosen.epsilon))}" cy="${round(y(chosen.error))}" r="4" fill="${colour}"/>`,
    `<text x="${WIDTH - MARGIN.right + 8}" y="${legend + 4}" fill="${colour}">${escaped(column)}</text>`,
  ].join("\n")
}

function round(value: number): string {
  return value.toFixed(1)
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
}
