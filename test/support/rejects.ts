import { expect } from "vitest"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"

/** Asserts that `work` fails with that stable code; "throws something" would pass on a typing mistake. */
export async function expectCode(code: ErrorCode, work: () => unknown): Promise<ParleyError> {
  try {
    await work()
  } catch (cause) {
    if (!(cause instanceof ParleyError)) throw cause
    expect(cause.code).toBe(code)
    return cause
  }
  throw new Error(`expected ${code}, nothing was thrown`)
}
