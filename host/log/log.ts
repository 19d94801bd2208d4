import { pino } from "pino"
import type { EventFields, EventName } from "./events.ts"

/** The host's log: JSON lines on standard error, events of the closed list only. */
export interface Log {
  info<E extends EventName>(event: E, fields: EventFields<E>): void
  warn<E extends EventName>(event: E, fields: EventFields<E>): void
}

export function openLog(): Log {
  const out = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))
  return {
    info: (event, fields) => out.info({ event, ...fields }),
    warn: (event, fields) => out.warn({ event, ...fields }),
  }
}
