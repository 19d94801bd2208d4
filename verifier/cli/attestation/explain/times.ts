import { timestampOf } from "./reading.ts"
import type { Subject } from "./subject.ts"

/** How document and leaf lie in time, in whole seconds; null where something is missing. */
export interface Times {
  /** From the leaf's notBefore to the document: modules use a leaf again until it is nearly over. */
  readonly leafAgeAtDocument: number | null
  readonly leafLife: number | null
  /** From the document to --at. */
  readonly documentAge: number | null
  /** From --at to the leaf's notAfter; negative when it is over. */
  readonly leafLeft: number | null
}

export function timesOf({ chain, reading }: Subject, at: Date | null): Times {
  const leaf = chain.length > 1 ? chain.at(-1)?.parsed : null
  const made = timestampOf(reading)
  return {
    documentAge: seconds(made, at),
    leafAgeAtDocument: seconds(leaf?.notBefore, made),
    leafLeft: seconds(at, leaf?.notAfter),
    leafLife: seconds(leaf?.notBefore, leaf?.notAfter),
  }
}

/** Seconds in the two largest units: 3 h 20 min. */
export function spell(total: number): string {
  const rest = Math.abs(total)
  const units: readonly (readonly [number, string])[] = [
    [86_400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ]
  const first = Math.max(
    0,
    units.findIndex(([size]) => rest >= size),
  )
  const [[large, name], next] = [units[rest < 1 ? 3 : first] ?? [1, "s"], units[first + 1]]
  const whole = `${Math.floor(rest / large)} ${name}`
  const part = next === undefined || rest < 1 ? 0 : Math.floor((rest % large) / next[0])
  return part === 0 ? whole : `${whole} ${part} ${next?.[1]}`
}

function seconds(from: Date | null | undefined, to: Date | null | undefined): number | null {
  return from && to ? Math.floor((to.getTime() - from.getTime()) / 1000) : null
}
