import {
  againIf,
  assemble,
  type Code,
  call,
  type Definition,
  get,
  I32,
  i32,
  loop,
  set,
  v128,
  when,
} from "./assembler.ts"
import { BLOCK, compression, VECTOR } from "./compression.ts"
import { AT, MOST_BYTES, PAGES, ROW_BYTES, TOKEN_BYTES } from "./layout.ts"

/** Kinds of bytes, by which a text is normalised: dropped ones have none of these bits. */
export const KEPT = 1
export const TRIMMED = 2

/** What `place` returns: how many blocks follow the key's one, or that the text is not for the kernel. */
const [TWO_BLOCKS, LEFT] = [1, 2]
const MOST_IN_ONE_BLOCK = 55
const RETURN = 0x0f
const [COMPRESS, PLACE] = [0, 1]
const at = (address: number): Code => i32.constant(address)

/** `compress`, `place` and `tokens(rows, table)`, which returns how many rows it has left to others and lists them. */
export function kernel(): Uint8Array<ArrayBuffer> {
  const functions = new Map([
    ["compress", compression(AT.constants)],
    ["place", place()],
    ["tokens", tokens()],
  ])
  return assemble(functions, PAGES)
}

/**
 * `place(start, length, lane, table)` normalises one text byte by byte into the words of its lane, with the padding of FIPS
 * 180-4, 5.1.1, and returns its blocks. The lane's words must be zero. Unless the table is the verbatim one, the text must
 * be ASCII.
 */
function place(): Definition {
  const { all, block, end, kept, lane, length, start, table } = PLACE_LOCALS
  const bits = i32.shl(i32.add(get(kept), at(64)), at(3))
  const body = [
    ...when(i32.greater(get(length), at(MOST_BYTES)), [...at(LEFT), RETURN]),
    ...set(end, i32.add(get(start), get(length))),
    ...when(get(length), loop(leadingBlank()), when(i32.less(get(start), get(end)), loop(oneByte()))),
    ...loop(clearedByte()),
    ...i32.store8(byteAt(get(kept)), at(0x80)),
    ...set(block, i32.greater(get(kept), at(MOST_IN_ONE_BLOCK))),
    ...i32.store(i32.add(get(lane), i32.shl(get(block), at(8))), bits, 15 * VECTOR),
    ...i32.select(at(LEFT), get(block), i32.and(i32.shr(get(all), at(7)), i32.eqz(get(table)))),
  ]
  return { body, locals: Array.from({ length: 7 }, () => I32), parameters: 4, result: true }
}

const PLACE_LOCALS = {
  start: 0,
  length: 1,
  lane: 2,
  table: 3,
  end: 4,
  out: 5,
  kept: 6,
  byte: 7,
  all: 8,
  kind: 9,
  block: 10,
} as const

/** Bytes of a word are written in big-endian order; its lane is one of four neighbours. */
function byteAt(index: Code): Code {
  const word = i32.shl(i32.and(index, at(-4)), at(2))
  return i32.add(get(PLACE_LOCALS.lane), i32.add(word, i32.xor(i32.and(index, at(3)), at(3))))
}

function leadingBlank(): Code {
  const { end, kind, start, table } = PLACE_LOCALS
  return [
    ...set(kind, i32.shr(i32.load8(i32.add(i32.load8(get(start)), get(table)), AT.kind), at(1))),
    ...set(start, i32.add(get(start), get(kind))),
    ...againIf(0, i32.and(get(kind), i32.less(get(start), get(end)))),
  ]
}

/** `kept` is where the text ends if nothing but blanks follows. */
function oneByte(): Code {
  const { all, byte, end, kept, kind, out, start, table } = PLACE_LOCALS
  return [
    ...set(byte, i32.load8(get(start))),
    ...set(all, i32.or(get(all), get(byte))),
    ...set(byte, i32.add(get(byte), get(table))),
    ...set(kind, i32.load8(get(byte), AT.kind)),
    ...i32.store8(byteAt(get(out)), i32.load8(get(byte), AT.mapped)),
    ...set(out, i32.add(get(out), i32.and(get(kind), at(KEPT)))),
    ...set(kept, i32.select(get(kept), get(out), i32.shr(get(kind), at(1)))),
    ...set(start, i32.add(get(start), at(1))),
    ...againIf(0, i32.less(get(start), get(end))),
  ]
}

/** Behind the last byte that is kept lie trimmed and dropped ones. */
function clearedByte(): Code {
  const { kept, out } = PLACE_LOCALS
  return [
    ...i32.store8(byteAt(get(out)), at(0)),
    ...set(out, i32.sub(get(out), at(1))),
    ...againIf(0, i32.less(get(kept), i32.add(get(out), at(1)))),
  ]
}

/** HMAC (RFC 2104) of four rows at a time, from the states that are kept behind the key's two blocks. */
function tokens(): Definition {
  const [rows, table, row, left, result, anyTwo, target] = [0, 1, 2, 3, 4, 5, 6] as const
  const lane = (index: number): Code => {
    const source = i32.shl(get(row), at(3))
    const text = [i32.load(source, AT.rows + index * ROW_BYTES), i32.load(source, AT.rows + index * ROW_BYTES + 4)]
    const two = i32.and(get(result), at(TWO_BLOCKS))
    return [
      ...set(result, call(PLACE, ...text, at(AT.words + index * 4), get(table))),
      ...i32.store(at(0), i32.sub(at(0), two), AT.twoBlocks + index * 4),
      ...set(anyTwo, i32.or(get(anyTwo), two)),
      ...when(
        i32.and(get(result), at(LEFT)),
        i32.store(i32.shl(get(left), at(2)), i32.add(get(row), at(index)), AT.left),
        set(left, i32.add(get(left), at(1))),
      ),
    ]
  }
  const each = [
    ...range(2 * 16).flatMap((word) => v128.store(at(0), v128.splat(0), AT.words + word * VECTOR)),
    ...set(anyTwo, at(0)),
    ...range(4).flatMap(lane),
    ...call(COMPRESS, at(AT.words), at(AT.inner), at(AT.outerWords)),
    ...when(get(anyTwo), secondBlock()),
    ...call(COMPRESS, at(AT.outerWords), at(AT.outer), at(AT.digest)),
    ...set(target, i32.shl(get(row), at(4))),
    ...range(4).flatMap((word) => range(4).flatMap((index) => storedWord(word, index, target))),
    ...set(row, i32.add(get(row), at(4))),
    ...againIf(0, i32.less(get(row), get(rows))),
  ]
  const body = [...when(get(rows), loop(each)), ...get(left)]
  return { body, locals: Array.from({ length: 5 }, () => I32), parameters: 2, result: true }
}

/** Lanes whose text ends in the first block keep the state that they have. */
function secondBlock(): Code {
  return [
    ...call(COMPRESS, at(AT.words + BLOCK), at(AT.outerWords), at(AT.second)),
    ...range(8).flatMap((word) => {
      const [first, second] = [AT.outerWords, AT.second].map((place) => v128.load(at(0), place + word * VECTOR))
      const state = v128.select(second ?? [], first ?? [], v128.load(at(0), AT.twoBlocks))
      return v128.store(at(0), state, AT.outerWords + word * VECTOR)
    }),
  ]
}

/** As the engine stores a UUID: a little-endian 128-bit number with its first bit flipped, so that it sorts as signed. */
function storedWord(word: number, lane: number, target: number): Code {
  const value = v128.load(at(0), AT.digest + word * VECTOR)
  const flipped = word === 0 ? v128.xor(value, v128.splat(0x80000000)) : value
  return v128.storeLane(get(target), flipped, lane, AT.tokens + lane * TOKEN_BYTES + (3 - word) * 4)
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index)
}
