import { createWriteStream } from "node:fs"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { FileStore } from "@tus/file-store"

/**
 * Unfinished uploads as files. Lengths are fixed at the beginning, and what the disk says is not hidden: the library's
 * own store answers a full disk with the same words as a cut line.
 */
export class UploadStore extends FileStore {
  constructor(directory: string) {
    super({ directory })
    this.extensions = ["creation", "termination"]
  }

  /** What was written before a failure stays: the upload goes on behind it. */
  override async write(source: Readable, id: string, offset: number): Promise<number> {
    const file = createWriteStream(join(this.directory, id), { flags: "r+", start: offset })
    await pipeline(source, file)
    return offset + file.bytesWritten
  }
}
