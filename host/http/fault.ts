import type { NextFunction, Request, Response } from "express"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"
import type { HostFault } from "../../shared/http/request.ts"
import type { Log } from "../log/log.ts"
import { diskFull } from "../storage/disk.ts"
import { isDiskFull } from "../storage/disk-full.ts"

/** HTTP status by stable code; what is not named here is the sender's fault. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  "enclave-unreachable": 503,
  "host-disk-full": 507,
  "host-draining": 503,
  "host-refused": 400,
  internal: 500,
  "json-too-large": 413,
  "not-admitted": 403,
  "not-found": 404,
  "object-conflict": 409,
  "quota-exceeded": 413,
  "rate-limited": 429,
  "request-audience": 421,
  "request-replayed": 401,
  "request-stale": 401,
  "request-unsigned": 401,
}
/** Seconds after which it may be worth to ask again. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  "enclave-unreachable": 10,
  "host-disk-full": 300,
  "host-draining": 60,
  "rate-limited": 60,
}
/** Failures of the host's own files: their messages name its folders, which are nobody's business. */
const OF_FILES: ReadonlySet<ErrorCode> = new Set(["file-io", "file-missing"])

export function statusOf(code: ErrorCode): number {
  return STATUS[code] ?? 400
}

/** Turns every failure into one of a closed set of bodies; anything unexpected says nothing. */
export function faultHandler(log: Log) {
  return (cause: unknown, request: Request, response: Response, _next: NextFunction): void => {
    const error = publicFault(cause)
    log.warn("request-refused", {
      code: error.code,
      method: request.method,
      party: String(response.locals.party ?? ""),
    })
    if (response.headersSent) return
    const body: HostFault = faultBody(error)
    const again = RETRY_AFTER[error.code]
    if (again !== undefined) response.set("retry-after", String(again))
    response.status(statusOf(error.code)).json(body)
  }
}

/** A party's command takes no words over several lines. */
export function faultBody({ code, message, todo }: ParleyError): HostFault {
  const said = (words: string) => words.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 500)
  return { code, message: said(message), todo: said(todo) }
}

/** What a party may read of a failure. */
export function publicFault(cause: unknown): ParleyError {
  if (isDiskFull(cause)) return diskFull()
  // Its message may name a file of the host that is over its cap.
  if (cause instanceof ParleyError && cause.code === "json-too-large") return tooLarge()
  if (cause instanceof ParleyError) return OF_FILES.has(cause.code) ? internal() : cause
  // Express reports an oversized or broken body as an error with a `type`.
  const { type } = cause as { type?: unknown }
  if (type === "entity.too.large") return tooLarge()
  if (typeof type === "string" && type.startsWith("request."))
    return new ParleyError("json-malformed", "the body is cut")
  return internal()
}

function tooLarge(): ParleyError {
  return new ParleyError("json-too-large", "the body or an object is over its cap")
}

function internal(): ParleyError {
  return new ParleyError("internal", "internal error of the host", {
    todo: "The host failed, not this machine. Tell the operator the time; its log has more.",
  })
}
