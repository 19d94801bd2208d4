import type { Bytes } from "../../shared/bytes.ts"

/** Small deterministic generator (sfc32): the same seed and input number give the same input again. Not for keys. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number, input: number) {
    this.#a = seed >>> 0
    this.#b = input >>> 0
    this.#c = Math.floor(input / 2 ** 32) >>> 0
    for (let i = 0; i < 15; i++) this.#next()
  }

  /** 0 to `below` - 1. */
  int(below: number): number {
    return Math.floor((this.#next() / 2 ** 32) * below)
  }

  chance(probability: number): boolean {
    return this.#next() / 2 ** 32 < probability
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.int(list.length)]
    if (item === undefined) throw new Error("nothing to pick from")
    return item
  }

  bytes(length: number): Bytes {
    return Uint8Array.from({ length }, () => this.int(256))
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter++) >>> 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) >>> 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) >>> 0
    return sum
  }
}
