import { isErrorCode, ParleyError } from "../../shared/errors/index.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"

/** An enclave's error under its own code, so that the operator sees whether a grant expired or a sequence was used. */
export function enclaveFault(answer: EnclaveResponse): ParleyError {
  if (answer.answer === "error" && isErrorCode(answer.code)) return new ParleyError(answer.code, answer.message)
  return new ParleyError("wire-malformed", "the enclave's answer is none that this host knows")
}
