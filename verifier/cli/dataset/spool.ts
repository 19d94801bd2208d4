import { createWriteStream } from "node:fs"
import { join } from "node:path"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGunzip } from "node:zlib"
import { ParleyError } from "../../../shared/errors/index.ts"
import { io } from "../files.ts"

const GZIP = Buffer.from([0x1f, 0x8b])
const PARQUET = Buffer.from("PAR1")

/**
 * Writes standard input into the private folder and returns the file. A pipe has no name, so its first bytes say what
 * it is: gzip is decompressed, and Parquet gets the name by which it is read as such.
 */
export async function spool(source: AsyncIterable<Uint8Array>, privateFolder: string): Promise<string> {
  const { all, first } = await peek(source[Symbol.asyncIterator](), PARQUET.length)
  const path = join(privateFolder, begins(first, PARQUET) ? "stdin.parquet" : "stdin")
  const target = createWriteStream(path, { mode: 0o600 })
  if (!begins(first, GZIP)) await io(path, () => pipeline(Readable.from(all), target))
  else await io(path, () => pipeline(Readable.from(all), createGunzip(), target).catch(damaged))
  return path
}

function begins(first: Uint8Array, magic: Uint8Array): boolean {
  return Buffer.compare(first.subarray(0, magic.length), magic) === 0
}

/** A pipe may hand over single bytes: chunks are gathered until there are enough, and given out again. */
async function peek(source: AsyncIterator<Uint8Array>, bytes: number) {
  const held: Uint8Array[] = []
  for (let got = 0; got < bytes; ) {
    const { done, value } = await source.next()
    if (done === true) break
    held.push(value)
    got += value.length
  }
  async function* all() {
    yield* held
    for (let next = await source.next(); next.done !== true; next = await source.next()) yield next.value
  }
  return { all: all(), first: Buffer.concat(held) }
}

/** Cut short or changed on the way; other failures are the disk's. */
function damaged(cause: NodeJS.ErrnoException): never {
  if (!/^Z_/.test(cause.code ?? "")) throw cause
  throw new ParleyError("input-unreadable", "standard input begins like gzip and is damaged or cut short", {
    todo: "Make the compressed file again and test it with `gzip -t`.",
  })
}
