import { type Code, type Definition, get, i32, set, V128, v128 } from "./assembler.ts"

/** Vectors of one compression: a message word or a word of the state, in four lanes. */
export const VECTOR = 16
export const BLOCK = 16 * VECTOR
export const STATE = 8 * VECTOR

/** FIPS 180-4, 4.2.2 and 5.3.3: fractional parts of cube and square roots of the first primes. */
export const ROUND_CONSTANTS = primes(64).map((prime) => fraction(prime, 3n))
export const INITIAL_STATE = primes(8).map((prime) => fraction(prime, 2n))

const [WORDS, FROM, TO, T1, T2, AB, BC, FIRST] = [0, 1, 2, 3, 4, 5, 6, 7]
const w = (round: number): number => FIRST + 8 + (round % 16)

/**
 * SHA-256's compression (FIPS 180-4, 6.2.2) of four messages at once: `compress(words, from, to)` takes the block and
 * the state at these addresses and writes the new state. `constants` is the address of the splatted round constants.
 */
export function compression(constants: number): Definition {
  const state = Array.from({ length: 8 }, (_, index) => FIRST + index)
  const body = [
    ...state.flatMap((local, index) => set(local, v128.load(get(FROM), index * VECTOR))),
    ...Array.from({ length: 16 }, (_, index) => set(w(index), v128.load(get(WORDS), index * VECTOR))).flat(),
    ...set(BC, v128.xor(get(FIRST + 1), get(FIRST + 2))),
    ...Array.from({ length: 64 }, (_, index) => round(index, state, constants)).flat(),
    ...state.flatMap((local, index) => {
      const sum = v128.add(get(local), v128.load(get(FROM), index * VECTOR))
      return v128.store(get(TO), sum, index * VECTOR)
    }),
  ]
  return { body, locals: Array.from({ length: 4 + 8 + 16 }, () => V128), parameters: 3, result: false }
}

/** The working variables change their names instead of their places. */
function round(index: number, state: readonly number[], constants: number): Code {
  const variable = (letter: string): number => state[("abcdefgh".indexOf(letter) - (index % 8) + 8) % 8] ?? 0
  const [a, b, d, e] = [variable("a"), variable("b"), variable("d"), variable("e")]
  const [f, g, h] = [variable("f"), variable("g"), variable("h")]
  const [ab, bc] = index % 2 === 0 ? [AB, BC] : [BC, AB]
  const choice = v128.xor(v128.and(v128.xor(get(f), get(g)), get(e)), get(g))
  const constant = v128.load(i32.constant(0), constants + index * VECTOR)
  return [
    ...(index < 16 ? [] : schedule(index)),
    ...set(T1, v128.add(v128.add(get(h), v128.add(get(w(index)), constant)), v128.add(sigma(e, 6, 11, 25), choice))),
    ...set(d, v128.add(get(d), get(T1))),
    // Majority: b xor ((a xor b) and (b xor c)); this round's first factor is the next one's second.
    ...set(ab, v128.xor(get(a), get(b))),
    ...set(T2, v128.add(sigma(a, 2, 13, 22), v128.xor(v128.and(get(ab), get(bc)), get(b)))),
    ...set(h, v128.add(get(T1), get(T2))),
  ]
}

function schedule(index: number): Code {
  const [before2, before7, before15] = [w(index - 2), w(index - 7), w(index - 15)]
  const small0 = v128.xor(v128.xor(rotated(before15, 7), rotated(before15, 18)), v128.shr(get(before15), 3))
  const small1 = v128.xor(v128.xor(rotated(before2, 17), rotated(before2, 19)), v128.shr(get(before2), 10))
  return set(w(index), v128.add(v128.add(get(w(index)), get(before7)), v128.add(small0, small1)))
}

function sigma(local: number, first: number, second: number, third: number): Code {
  return v128.xor(v128.xor(rotated(local, first), rotated(local, second)), rotated(local, third))
}

function rotated(local: number, bits: number): Code {
  return v128.or(v128.shr(get(local), bits), v128.shl(get(local), 32 - bits))
}

function primes(count: number): readonly bigint[] {
  const found: bigint[] = []
  for (let candidate = 2n; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0n)) found.push(candidate)
  }
  return found
}

/** The first 32 bits of the fraction of a root: the root of `value` x 2^(32 x degree), by bisection. */
function fraction(value: bigint, degree: bigint): number {
  const target = value << (32n * degree)
  let [low, high] = [0n, 1n << 40n]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (middle ** degree <= target) low = middle
    else high = middle
  }
  return Number(low & 0xffffffffn)
}
