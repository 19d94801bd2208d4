import { fromBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { REQUEST_HEADER } from "../../shared/http/request.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { publicFault, statusOf } from "./fault.ts"

/** Headers of a request whose signature was judged before it came to the uploads. */
export interface SignedHeaders {
  readonly headers: Headers
}

/** What the upload library hands over: an error of a hook or of the disk, or its own refusal. */
export type TusFault = Error | { readonly status_code: number; readonly body: string }

/** A fault with a code. The library's own statuses stay: 404 begins an upload anew, 409 asks for the offset. */
export function uploadFault(fault: TusFault): { readonly error: ParleyError; readonly status: number } {
  if (fault instanceof Error) {
    const error = publicFault(fault)
    return { error, status: statusOf(error.code) }
  }
  const { body, status_code: status } = fault
  const gone = status === 404 || status === 410
  const error = gone
    ? new ParleyError("not-found", "no such upload")
    : new ParleyError("host-refused", body.trim().slice(0, 500))
  return { error, status }
}

export function accessKeyOf({ headers }: SignedHeaders): string {
  return peekJwsUnverified("request", fromBase64url(headers.get(REQUEST_HEADER) ?? "")).kid
}
