/** The few instructions of WebAssembly (core specification, section 5) that the kernel needs, as bytes. */
export type Code = readonly number[]

/** Value types. */
export const I32 = 0x7f
export const V128 = 0x7b
const EMPTY_BLOCK = 0x40

/** LEB128, the encoding of all numbers in a module. */
export function unsigned(value: number): Code {
  const low = value & 0x7f
  return value < 0x80 ? [low] : [low | 0x80, ...unsigned(value >>> 7)]
}

function signed(value: number): Code {
  const low = value & 0x7f
  const rest = value >> 7
  const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)
  return done ? [low] : [low | 0x80, ...signed(rest)]
}

const simd = (opcode: number): Code => [0xfd, ...unsigned(opcode)]
const binary = (opcode: Code) => (a: Code, b: Code) => [...a, ...b, ...opcode]
/** Byte offset in the instruction; the alignment given is the least, which is only a hint. */
const memory = (offset: number): Code => [0, ...unsigned(offset)]

export const get = (local: number): Code => [0x20, ...unsigned(local)]
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)]
export const call = (index: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  0x10,
  ...unsigned(index),
]
export const loop = (...body: readonly Code[]): Code => [0x03, EMPTY_BLOCK, ...body.flat(), 0x0b]
export const when = (condition: Code, ...body: readonly Code[]): Code => [
  ...condition,
  0x04,
  EMPTY_BLOCK,
  ...body.flat(),
  0x0b,
]
/** Goes back to the head of the loop `depth` blocks out. */
export const againIf = (depth: number, condition: Code): Code => [...condition, 0x0d, ...unsigned(depth)]

export const i32 = {
  add: binary([0x6a]),
  and: binary([0x71]),
  constant: (value: number): Code => [0x41, ...signed(value | 0)],
  eqz: (a: Code): Code => [...a, 0x45],
  greater: binary([0x4b]),
  less: binary([0x49]),
  load: (address: Code, offset = 0): Code => [...address, 0x28, ...memory(offset)],
  load8: (address: Code, offset = 0): Code => [...address, 0x2d, ...memory(offset)],
  or: binary([0x72]),
  select: (yes: Code, no: Code, condition: Code): Code => [...yes, ...no, ...condition, 0x1b],
  shl: binary([0x74]),
  shr: binary([0x76]),
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x36, ...memory(offset)],
  store8: (address: Code, value: Code, offset = 0): Code => [...address, ...value, 0x3a, ...memory(offset)],
  sub: binary([0x6b]),
  xor: binary([0x73]),
}

/** Four 32-bit lanes. */
export const v128 = {
  add: binary(simd(0xae)),
  and: binary(simd(0x4e)),
  greater: binary(simd(0x3c)),
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), ...memory(offset)],
  or: binary(simd(0x50)),
  /** Bits of `yes` where `mask` is set, of `no` elsewhere. */
  select: (yes: Code, no: Code, mask: Code): Code => [...yes, ...no, ...mask, ...simd(0x52)],
  shl: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), ...simd(0xab)],
  shr: (a: Code, bits: number): Code => [...a, ...i32.constant(bits), ...simd(0xad)],
  splat: (value: number): Code => [...i32.constant(value), ...simd(0x11)],
  store: (address: Code, value: Code, offset = 0): Code => [...address, ...value, ...simd(0x0b), ...memory(offset)],
  storeLane: (address: Code, value: Code, lane: number, offset: number): Code => [
    ...address,
    ...value,
    ...simd(0x5a),
    ...memory(offset),
    lane,
  ],
  xor: binary(simd(0x51)),
}

/** One function of a module. */
export interface Definition {
  readonly parameters: number
  readonly result: boolean
  /** Value types of its own locals, which come after the parameters. */
  readonly locals: readonly number[]
  readonly body: Code
}

const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

/** A module that imports one memory, `env.memory`, and exports its functions by name. Parameters and results are i32. */
export function assemble(functions: ReadonlyMap<string, Definition>, pages: number): Uint8Array<ArrayBuffer> {
  const list = [...functions.values()]
  const types = list.map(({ parameters, result }) => [
    0x60,
    ...vector(Array.from({ length: parameters }, () => [I32])),
    ...vector(result ? [[I32]] : []),
  ])
  const memoryImport = [...name("env"), ...name("memory"), 0x02, 0x00, ...unsigned(pages)]
  const exported = [...functions.keys()].map((key, index) => [...name(key), 0x00, ...unsigned(index)])
  return Uint8Array.from([
    ...MAGIC_AND_VERSION,
    ...section(1, vector(types)),
    ...section(2, vector([memoryImport])),
    ...section(3, vector(list.map((_, index) => unsigned(index)))),
    ...section(7, vector(exported)),
    ...section(10, vector(list.map(code))),
  ])
}

function code({ body, locals }: Definition): Code {
  const declared = vector(locals.map((type) => [1, type]))
  return sized([...declared, ...body, 0x0b])
}

const sized = (bytes: Code): Code => unsigned(bytes.length).concat(bytes)
const section = (id: number, content: Code): Code => [id, ...sized(content)]
const vector = (items: readonly Code[]): Code => unsigned(items.length).concat(...items)
const name = (text: string): Code => vector([...text].map((character) => [character.charCodeAt(0)]))
