import type { Bytes } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { type TrustAnchor, trustAnchor } from "./anchor.ts"
import type { Unchecked } from "./policy.ts"

/**
 * What a caller gives, judged and copied before anything is awaited: a caller without types could give something else,
 * and one that shares its objects could change them while a signature is computed. Every fault is `policy-invalid`.
 */

const DIGEST_BYTES = 32

/** Only a Uint8Array: an array-like one would be compared by what its elements turn into. */
export function bytesInput(what: string, given: unknown): Bytes {
  if (given instanceof Uint8Array) return new Uint8Array(given)
  throw invalid(`${what} is not a Uint8Array`)
}

/** A digest, or the nonce of a session. */
export function digestInput(what: string, given: unknown): Bytes {
  const bytes = bytesInput(what, given)
  if (bytes.length === DIGEST_BYTES) return bytes
  throw invalid(`${what} has ${bytes.length} bytes and not ${DIGEST_BYTES}`)
}

/** A nonce of any length: an empty one asks nothing. */
export function nonceInput(given: unknown): Bytes {
  const bytes = bytesInput("the nonce", given)
  if (bytes.length > 0) return bytes
  throw invalid("an empty nonce asks nothing")
}

/** Milliseconds since 1970, from the Date itself, whatever its class makes of `getTime` or `valueOf`. */
export function timeInput(given: unknown): number {
  const time = given instanceof Date ? Date.prototype.getTime.call(given) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw invalid("the time to judge at is no instant")
}

/** Seconds. */
export function ageInput(given: unknown): number {
  if (typeof given === "number" && given > 0 && given < Number.POSITIVE_INFINITY) return given
  throw invalid("the greatest age is not a number of seconds over 0")
}

/** Digest and SIMULATED flag are the certificate's own, whatever the caller says of it. */
export function anchorsInput(given: unknown): readonly TrustAnchor[] {
  if (!Array.isArray(given)) throw invalid("the roots are no list")
  const anchors = [...given].map(({ certificate, name }: TrustAnchor) =>
    trustAnchor(String(name), bytesInput("a root", certificate)),
  )
  if (anchors.length > 0) return anchors
  throw invalid("no root is given: nothing could be accepted")
}

/** `{unchecked: reason}` itself, never something that inherits or disguises it; everything else is read. */
export function uncheckedOr<T>(given: unknown, read: (given: unknown) => T): T | Unchecked {
  if (typeof given !== "object" || given === null || ArrayBuffer.isView(given) || !Object.hasOwn(given, "unchecked")) {
    return read(given)
  }
  const { unchecked } = given as Unchecked
  if (typeof unchecked === "string" && unchecked.trim() !== "") return { unchecked }
  throw invalid("a check that is left out needs a reason")
}

export function invalid(message: string): ParleyError {
  return new ParleyError("policy-invalid", message)
}
