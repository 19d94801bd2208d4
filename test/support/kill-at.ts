import fs from "node:fs/promises"
import { syncBuiltinESMExports } from "node:module"

/**
 * Loaded before a program (`node --import`): the process is killed, as by a pulled plug, just before it renames a file
 * to, or opens for writing, a path that `KILL_AT` matches, for the `KILL_NTH` time. With `KILL_BY=ENOSPC` the system says
 * that the disk is full instead. Nothing of the program is exchanged.
 */
const pattern = new RegExp(process.env.KILL_AT ?? "(?!)")
const code = process.env.KILL_BY
let left = Number(process.env.KILL_NTH ?? 1)
const { open, rename } = fs

function reached(path: unknown): void {
  if (!pattern.test(String(path))) return
  left--
  if (left !== 0) return
  if (code === undefined) process.kill(process.pid, "SIGKILL")
  else throw Object.assign(new Error(code), { code })
}

fs.rename = async (from, to) => {
  reached(to)
  return rename(from, to)
}

fs.open = async (path, flags, mode) => {
  if (flags === "r+" || flags === "w+") reached(path)
  return open(path, flags, mode)
}

syncBuiltinESMExports()
