import { ParleyError } from "../../../shared/errors/index.ts"

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/

/** The time of --at; without an offset it would mean another instant on every machine. */
export function parseInstant(text: string): Date {
  const at = new Date(text)
  if (INSTANT.test(text) && !Number.isNaN(at.getTime())) return at
  throw new ParleyError("usage", "--at is an ISO 8601 instant with Z or an offset, such as 2026-11-24T12:00:00Z")
}
