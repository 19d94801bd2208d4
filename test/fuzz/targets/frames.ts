import { type Bytes, concat } from "../../../shared/bytes.ts"
import { FRAME, FrameReader, frameHeader } from "../../../shared/wire/frames.ts"
import { mutate } from "../mutator.ts"
import { BYTE_MUTATORS } from "../mutators/bytes.ts"
import type { Random } from "../random.ts"
import type { Input, Target } from "../target.ts"

/** What came out: messages whole, neighbouring data as one run, in hex; and whether a frame was cut. */
interface Heard {
  readonly runs: readonly string[]
  readonly unfinished: boolean
}

/** The reader of frames between host and enclave, over damaged streams. */
export const frames: Target<Heard> = {
  again: { "the reader, byte by byte": async ({ bytes }) => heard(bytes, 1) },
  codes: new Set(["wire-malformed"]),
  fault: ({ bytes }, result) => {
    const expected = JSON.stringify(expectedOf(bytes))
    if (JSON.stringify(result) !== expected) return "other frames come out than are in the bytes"
    return JSON.stringify(heard(bytes, 1)) === expected ? null : "other frames come out byte by byte"
  },
  generate: (random) => {
    const mutations: string[] = []
    let bytes = stream(random)
    do bytes = mutate(random, BYTE_MUTATORS, bytes, mutations)
    while (bytes.length > 0 && random.chance(0.3))
    return { base: "frames", bytes, mutations } satisfies Input
  },
  name: "frames",
  run: async ({ bytes }) => heard(bytes, Math.max(1, bytes.length)),
}

function stream(random: Random): Bytes {
  const count = 1 + random.int(5)
  const one = () => {
    const payload = random.bytes(1 + random.int(random.chance(0.05) ? 60_000 : 300))
    const length = random.chance(0.1) ? random.pick([0, 1, 2 ** 20, 2 ** 20 + 1, 2 ** 27, 2 ** 32 - 2]) : payload.length
    return concat(frameHeader(random.pick([FRAME.data, FRAME.message]), length), payload)
  }
  return concat(...Array.from({ length: count }, one))
}

function heard(bytes: Bytes, size: number): Heard {
  const reader = new FrameReader()
  const pieces: [number, Bytes][] = []
  for (let at = 0; at < bytes.length; at += size) {
    for (const { kind, payload } of reader.push(bytes.subarray(at, at + size))) pieces.push([kind, payload.slice()])
  }
  return { runs: runsOf(pieces), unfinished: reader.unfinished }
}

/** The same by offsets, over bytes whose headers are all good. */
function expectedOf(bytes: Bytes): Heard {
  const pieces: [number, Bytes][] = []
  let at = 0
  let unfinished = false
  while (at < bytes.length && !unfinished) {
    const length = bytes.length - at < 5 ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at) - 1
    const payload = bytes.slice(at + 5, at + 5 + length)
    unfinished = bytes.length - at < 5 || payload.length < length
    const kind = bytes[at + 4] ?? 0
    if (!unfinished || (kind === FRAME.data && payload.length > 0)) pieces.push([kind, payload])
    at += 5 + length
  }
  return { runs: runsOf(pieces), unfinished }
}

const hex = (bytes: Bytes) => Buffer.from(bytes).toString("hex")

function runsOf(pieces: readonly (readonly [number, Bytes])[]): readonly string[] {
  const runs: { kind: number; text: string }[] = []
  for (const [kind, payload] of pieces) {
    const last = runs.at(-1)
    if (kind === FRAME.data && last?.kind === FRAME.data) last.text += hex(payload)
    else runs.push({ kind, text: hex(payload) })
  }
  return runs.map(({ kind, text }) => `${kind}:${text}`)
}
