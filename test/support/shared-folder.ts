import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const SHARED = fileURLToPath(new URL("../../../shared", import.meta.url))

/** Path of a file or folder of genuine evidence and data that lies beside the checkout. */
export function sharedPath(path: string): string {
  return `${SHARED}/${path}`
}

/** Whether it is there. Under `CI=true` its absence is a failure, not a reason to skip. */
export function hasShared(path: string): boolean {
  if (existsSync(sharedPath(path))) return true
  if (process.env.CI === "true") throw new Error(`${sharedPath(path)} is missing`)
  return false
}
