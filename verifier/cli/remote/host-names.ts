import * as z from "zod"
import { parseLoose } from "../../../shared/json/canonical.ts"
import type { Room } from "../room.ts"
import { askHost } from "./client.ts"

const MAX_BYTES = 8 * 1024 * 1024
const Names = z.strictObject({ names: z.array(z.string().max(220)).max(20_000) })

/** What the host says it has in a folder of a room. A name is a claim: it becomes a path only in a known form. */
export async function hostNames(room: Room, host: URL, path: string): Promise<readonly string[]> {
  const bytes = await askHost(room.home, host, { maxBytes: MAX_BYTES, method: "GET", path })
  return bytes === null ? [] : parseLoose(bytes, Names, MAX_BYTES).names
}
