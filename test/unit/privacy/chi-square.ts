/** Least number that a cell must expect; rarer values are put together. */
const LEAST_EXPECTED = 10

/** Pearson's statistic of drawn counts against exact probabilities; rare values, and those without any, form one cell. */
export function chiSquareOf(
  counts: ReadonlyMap<bigint, number>,
  probabilities: ReadonlyMap<bigint, number>,
  samples: number,
): { readonly degrees: number; readonly statistic: number } {
  const common = [...probabilities].filter(([, p]) => p * samples >= LEAST_EXPECTED)
  const cells = common.map(([value, p]) => ({ drawn: counts.get(value) ?? 0, expected: p * samples }))
  const rest = {
    drawn: samples - cells.reduce((sum, { drawn }) => sum + drawn, 0),
    expected: samples - cells.reduce((sum, { expected }) => sum + expected, 0),
  }
  const all = rest.expected >= LEAST_EXPECTED ? [...cells, rest] : cells
  const statistic = all.reduce((sum, { drawn, expected }) => sum + (drawn - expected) ** 2 / expected, 0)
  // A handful of values that should hardly ever occur, and did too often, is a failure as well.
  const surplus = rest.expected < LEAST_EXPECTED ? Math.max(0, rest.drawn - rest.expected) ** 2 / LEAST_EXPECTED : 0
  return { degrees: all.length - 1, statistic: statistic + surplus }
}

/** What a statistic of a right sampler exceeds once in ten thousand seeds (Wilson and Hilferty's approximation). */
export function chiSquareLimit(degrees: number): number {
  const z = 3.719
  const spread = 2 / (9 * degrees)
  return degrees * (1 - spread + z * Math.sqrt(spread)) ** 3
}
