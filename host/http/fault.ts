import type { NextFunction, Request, Response } from "express"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"
import type { HostFault } from "../../shared/http/request.ts"
import type { Log } from "../log/log.ts"

/** HTTP status by stable code; what is not named here is the sender's fault. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  "enclave-unreachable": 503,
  "file-io": 507,
  internal: 500,
  "json-too-large": 413,
  "not-admitted": 403,
  "not-found": 404,
  "object-conflict": 409,
  "quota-exceeded": 413,
  "rate-limited": 429,
  "request-replayed": 401,
  "request-stale": 401,
  "request-unsigned": 401,
}

/** Turns every failure into one of a closed set of bodies; anything unexpected says nothing. */
export function faultHandler(log: Log) {
  return (cause: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const error = asParleyError(cause)
    log.warn("request-refused", {
      code: error.code,
      method: request.method,
      party: String(response.locals.party ?? ""),
    })
    if (response.headersSent) return
    const body: HostFault = { code: error.code, message: error.message.slice(0, 500), todo: error.todo.slice(0, 500) }
    response.status(STATUS[error.code] ?? 400).json(body)
  }
}

/** Express reports an oversized or broken body as an error with a `type`. */
function asParleyError(cause: unknown): ParleyError {
  if (cause instanceof ParleyError) return cause
  const { type } = cause as { type?: unknown }
  if (type === "entity.too.large") return new ParleyError("json-too-large", "the body is over its cap")
  if (typeof type === "string" && type.startsWith("request."))
    return new ParleyError("json-malformed", "the body is cut")
  return new ParleyError("internal", "internal error")
}
