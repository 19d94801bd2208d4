import { ParleyError } from "../../../shared/errors/index.ts"

const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/

/** The time of --at; without an offset it would mean another instant on every machine. */
export function parseInstant(text: string): Date {
  const at = new Date(text)
  const [, wall] = INSTANT.exec(text) ?? []
  if (wall !== undefined && !Number.isNaN(at.getTime()) && isOnCalendar(wall)) return at
  const what = "--at is an ISO 8601 instant on the calendar with Z or an offset, such as 2026-11-24T12:00:00Z"
  throw new ParleyError("usage", what)
}

/** 29 February 2026 would roll over to 1 March, and hour 24 to the next day: another time than was asked for. */
function isOnCalendar(wall: string): boolean {
  const date = new Date(`${wall}Z`)
  const whole = wall.slice(0, 19)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(whole)
}
