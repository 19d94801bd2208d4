import { randomBytes } from "node:crypto"
import { link, unlink } from "node:fs/promises"
import type { Bytes } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { io, readCapped, writeAtomically } from "../files.ts"
import { type Home, inHome } from "../home.ts"

const KEY_BYTES = 32

/**
 * The key of this party's noise, made once and never changed: with another one the identical run would have other noise,
 * and would have to be paid for again. Of two commands that make one at the same time, one wins.
 */
export async function noiseKey(home: Home): Promise<Bytes> {
  const path = inHome(home, "noise-key")
  const kept = await readCapped(path, KEY_BYTES)
  if (kept !== null) return requireWhole(kept, path)
  const made = `${path}.${randomBytes(8).toString("hex")}`
  await writeAtomically(made, randomBytes(KEY_BYTES), 0o600)
  await io(path, () =>
    link(made, path)
      .catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== "EEXIST") throw cause
      })
      .finally(() => unlink(made)),
  )
  const written = await readCapped(path, KEY_BYTES)
  if (written === null) throw new ParleyError("file-io", `${path}: it is gone again`)
  return requireWhole(written, path)
}

/** A shorter key would be guessed, and with it the noise. */
function requireWhole(key: Bytes, path: string): Bytes {
  if (key.length === KEY_BYTES) return key
  throw new ParleyError("file-io", `${path}: ${key.length} bytes, expected ${KEY_BYTES}`)
}
