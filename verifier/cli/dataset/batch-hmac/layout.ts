import { BLOCK, STATE, VECTOR } from "./compression.ts"

/** Rows of one of the engine's chunks. */
export const MOST_ROWS = 2048
/** The longest text whose padding fits into two blocks; longer ones are left to the portable implementation. */
export const MOST_BYTES = 119
/** How the engine lays out text: 16 bytes a row, a length and then the text itself or four bytes of it and its address. */
export const STRING_BYTES = 16
/**
 * What lies between two texts is read with them when it is shorter than any page of memory: every byte of it then shares
 * a page with one of the two.
 */
export const GAP_BYTES = 4096
/** Where a token is written: 16 bytes each. */
export const TOKEN_BYTES = 16
/** Start and length of one text. */
export const ROW_BYTES = 8

/** Addresses in the kernel's memory. */
export const AT = placed({
  constants: 64 * VECTOR,
  initial: STATE,
  inner: STATE,
  outer: STATE,
  digest: STATE,
  second: STATE,
  twoBlocks: VECTOR,
  mapped: 256,
  kind: 256,
  verbatimMapped: 256,
  verbatimKind: 256,
  words: 2 * BLOCK,
  outerWords: BLOCK,
  rows: MOST_ROWS * ROW_BYTES,
  tokens: MOST_ROWS * TOKEN_BYTES,
  left: MOST_ROWS * 4,
  column: MOST_ROWS * STRING_BYTES,
  text: MOST_ROWS * (MOST_BYTES + GAP_BYTES),
  end: 0,
})

export const PAGES = Math.ceil(AT.end / 65_536)

function placed<K extends string>(sizes: Readonly<Record<K, number>>): Readonly<Record<K, number>> {
  let next = 0
  const places = Object.entries<number>(sizes).map(([key, size]) => {
    const place = next
    next += size
    return [key, place]
  })
  return Object.fromEntries(places) as Record<K, number>
}
