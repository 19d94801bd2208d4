import { ATTESTATION_CODES } from "./attestation.ts"
import { ENCLAVE_CODES } from "./enclave.ts"
import type { CodeEntry, ExitCode } from "./exit-codes.ts"
import { HOST_CODES } from "./host.ts"
import { PROTOCOL_CODES } from "./protocol.ts"
import { SEALING_CODES } from "./sealing.ts"
import { SESSION_CODES } from "./session.ts"
import { TOOL_CODES } from "./tools.ts"

export { EXIT, type ExitCode } from "./exit-codes.ts"

const CODES = {
  ...PROTOCOL_CODES,
  ...ATTESTATION_CODES,
  ...SEALING_CODES,
  ...ENCLAVE_CODES,
  ...SESSION_CODES,
  ...HOST_CODES,
  ...TOOL_CODES,
} as const satisfies Record<string, CodeEntry>

/** Every stable error code of Parley; a closed union. */
export type ErrorCode = keyof typeof CODES

/** All codes, for documentation and for tests that count them. */
export const ERROR_CODES = Object.keys(CODES) as ErrorCode[]

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(CODES, text)
}

/**
 * The only error that Parley throws on purpose. `message` says what is wrong in words and must not contain data
 * values or secrets; `code` is stable; `exit` is the process exit code; `todo` says what the user does next.
 */
export class ParleyError extends Error {
  override readonly name = "ParleyError"
  readonly code: ErrorCode
  readonly exit: ExitCode
  readonly todo: string

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown; todo?: string }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.exit = CODES[code].exit
    this.todo = options?.todo ?? CODES[code].todo
  }
}
