import { createHash } from "node:crypto"

/** Cells of a row as text, in the order of the dataset's columns; null is an empty cell. */
export type Row = readonly (string | null)[]
export type Rows = Readonly<Record<string, readonly Row[]>>

/** The same numbers on every machine (mulberry32). */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number from `min` to `max`. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  likely(share: number): boolean {
    return this.next() < share
  }

  /** One of the values, the first ones more often. */
  pick(values: readonly string[]): string {
    return values[Math.floor(this.next() ** 1.7 * values.length)] ?? ""
  }

  cents(min: number, max: number): string {
    return (this.whole(min, max) / 100).toFixed(2)
  }

  day(min: string, max: string): string {
    return new Date(this.whole(Date.parse(min) / DAY, Date.parse(max) / DAY) * DAY).toISOString().slice(0, 10)
  }

  /** Seconds since 1970 on a day from `min` to `max`. */
  second(min: string, max: string): number {
    return this.whole(Date.parse(min) / 1000, Date.parse(max) / 1000 + 86_399)
  }

  times(max: number): readonly number[] {
    return Array.from({ length: this.whole(1, max) }, (_, index) => index)
  }
}

const DAY = 86_400_000

export function stamp(second: number): string {
  return new Date(second * 1000).toISOString().slice(0, 19).replace("T", " ")
}

/** The token of a person of a world. */
export function token(world: string, person: number): string {
  const hex = createHash("sha256").update(`${world}/${person}`).digest("hex")
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join("-")
}

export function people(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index)
}
