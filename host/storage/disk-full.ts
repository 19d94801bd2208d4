import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"

/** Whether a failure comes down to a disk, or a quota of the operating system, that is full. */
export function isDiskFull(cause: unknown): boolean {
  for (let error: unknown = cause; error instanceof Error; error = error.cause) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOSPC" || code === "EDQUOT" || code === "host-disk-full") return true
  }
  return false
}

/** The stable code under which the operator sees a failure. */
export function failureCode(cause: unknown): ErrorCode {
  if (isDiskFull(cause)) return "host-disk-full"
  return cause instanceof ParleyError ? cause.code : "internal"
}
