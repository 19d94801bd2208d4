import type { Bytes } from "../bytes.ts"
import { equalBytes } from "../bytes.ts"
import { decodeCbor } from "../cbor/decode.ts"
import { encodeCbor } from "../cbor/encode.ts"
import type { CborValue } from "../cbor/value.ts"
import { ParleyError } from "../errors/index.ts"

/** Which kind of statement a document is; each verify path refuses the other. */
export type UserDataType = "parley/session/v1" | "parley/receipt/v1"

/** `user_data` of Parley's documents: contract digest, session digest, and the receipt digest or null; 32 bytes each. */
export interface UserData {
  readonly type: UserDataType
  readonly contract: Bytes
  readonly keys: Bytes
  readonly subject: Bytes | null
}

export function encodeUserData({ type, contract, keys, subject }: UserData): Bytes {
  return encodeCbor(
    new Map<string, CborValue>([
      ["type", type],
      ["contract", contract],
      ["keys", keys],
      ["subject", subject],
    ]),
  )
}

/** Accepts exactly the bytes that `encodeUserData` writes. */
export function decodeUserData(bytes: Uint8Array): UserData {
  const value = decodedOrNull(bytes)
  if (!(value instanceof Map) || value.size !== 4) throw malformed()
  const type: unknown = value.get("type")
  if (type !== "parley/session/v1" && type !== "parley/receipt/v1") throw malformed()
  const subject: unknown = value.get("subject")
  const decoded = {
    contract: digest(value.get("contract")),
    keys: digest(value.get("keys")),
    subject: subject === null ? null : digest(subject),
    type,
  } as const
  if (!equalBytes(encodeUserData(decoded), bytes)) throw malformed()
  return decoded
}

/** Whoever runs an enclave chooses these bytes: what is wrong with them is one answer, and not the document's fault. */
function decodedOrNull(bytes: Uint8Array): CborValue {
  try {
    return decodeCbor(bytes)
  } catch {
    return null
  }
}

function digest(value: unknown): Bytes {
  if (value instanceof Uint8Array && value.length === 32) return new Uint8Array(value)
  throw malformed()
}

function malformed(): ParleyError {
  return new ParleyError("user-data-malformed", "user_data is not Parley's {type, contract, keys, subject}")
}
