import { closeSync, fchmodSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs"
import { openPart } from "../../../shared/sealed/open-stream.ts"
import { SEGMENT_BYTES } from "../../../shared/sealed/segment.ts"
import type { DecryptionJob } from "./job.ts"
import { segmentDecryption } from "./segment.ts"

/**
 * Replaces a part's ciphertext by its plaintext, so that memory holds one of them. A segment is written after it has
 * authenticated, and never beyond what has been read: plaintext is the shorter of the two. Synchronous: for a thread of
 * its own.
 */
export async function decryptInPlace({ path, ...part }: DecryptionJob): Promise<void> {
  const file = openSync(path, "r+")
  try {
    let written = 0
    const source = piecesOf(file, part.bytes)
    for await (const segment of openPart({ ...part, decryption: segmentDecryption, source })) {
      written += writeAll(file, segment, written)
    }
    ftruncateSync(file, written)
    fchmodSync(file, 0o400)
  } finally {
    closeSync(file)
  }
}

/** A write may take less than it is given, and the rest of the part would then lie in the wrong place. */
function writeAll(file: number, bytes: Uint8Array, position: number): number {
  let done = 0
  while (done < bytes.length) done += writeSync(file, bytes, done, bytes.length - done, position + done)
  return done
}

/** One buffer, filled again and again: each piece is used up before the next one is asked for. */
async function* piecesOf(file: number, bytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(bytes, SEGMENT_BYTES))
  for (let at = 0; at < bytes; ) {
    const read = readSync(file, buffer, 0, Math.min(buffer.length, bytes - at), at)
    if (read === 0) return
    at += read
    yield buffer.subarray(0, read)
  }
}
