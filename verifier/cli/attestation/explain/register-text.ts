import { type Register, UNUSED } from "./registers.ts"

/** One paragraph a register that says something; registers that nobody set are named together. */
export function registerLines(registers: readonly Register[]): readonly string[] {
  const unset = registers.filter(({ note }) => note === UNUSED)
  const lines = registers.filter((register) => !unset.includes(register)).flatMap(oneLines)
  return unset.length === 0 ? lines : [...lines, `PCR${ranges(unset.map(({ index }) => index))}  ${UNUSED}`]
}

function oneLines({ index, meaning, note, setBy, value, zero }: Register): readonly string[] {
  const title = `PCR${index}`.padEnd(7)
  const shown = zero || value === "" ? [] : [`       ${value}`]
  return [`${title}${meaning}; set by ${setBy}`, ...shown, ...(note === "" ? [] : [`       ${note}`])]
}

/** 5, 6, 7, 9 as 5-7, 9. */
function ranges(indices: readonly number[]): string {
  const runs: [number, number][] = []
  for (const index of indices) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else runs.push([index, index])
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ")
}
