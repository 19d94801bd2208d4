import type { Bytes } from "../bytes.ts"

/** Access to a room's files, given by whoever holds them: a folder, a host's store, files dropped on a page. */
export interface RoomFiles {
  /** Names of the files directly in `folder`, sorted; empty when there is no such folder. */
  list(folder: string): Promise<readonly string[]>
  /** The file's bytes, or null when there is none; throws when it is larger than `maxBytes`. */
  read(path: string, maxBytes: number): Promise<Bytes | null>
}
