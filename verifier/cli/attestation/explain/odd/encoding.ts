import { p384 } from "@noble/curves/nist.js"
import { toHex } from "../../../../../shared/bytes.ts"
import { fieldOf, type Reading, timestampOf } from "../reading.ts"
import type { Oddity } from "./index.ts"

/** When genuine documents began to write the payload as an indefinite map; between the two, nobody knows here. */
const LAST_DEFINITE = Date.UTC(2025, 3, 30)

/** How the bytes are written. */
export const ENCODING_ODDITIES: Readonly<Record<string, Oddity>> = {
  "cose-tag": ({ reading: { tag } }) =>
    tag === null
      ? null
      : `It is wrapped in CBOR tag ${tag}. Genuine documents carry no tag, and \`verify\` refuses it.`,
  "protected-header": ({ reading: { protectedHeader } }) =>
    protectedHeader === null || toHex(protectedHeader) === "a1013822"
      ? null
      : "Its protected header is not {alg: ES384} alone.",
  "unprotected-header": ({ reading: { unprotected } }) =>
    unprotected === null || (unprotected.kind === "map" && unprotected.entries.length === 0)
      ? null
      : "Its unprotected header is not an empty map. No signature covers what stands there.",
  "signature-length": ({ reading: { signature } }) =>
    signature === null || signature.length === 96 ? null : `Its signature has ${signature.length} bytes; ES384 has 96.`,
  "high-s": ({ reading: { signature } }) =>
    signature?.length === 96 && p384.Point.Fn.ORDER / 2n < scalar(signature.subarray(48))
      ? "Its signature has a high s. About half of the genuine ones have; it is no defect."
      : null,
  "indefinite-map": ({ reading }) => indefiniteMap(reading),
  "indefinite-inside": ({ reading }) => indefiniteInside(reading),
  "non-minimal": ({ reading: { envelope, payload } }) => {
    const count = envelope.nonMinimal.length + (payload?.nonMinimal.length ?? 0)
    return count === 0 ? null : `${count} integers or lengths are longer than needed. \`verify\` refuses that.`
  },
  "trailing-bytes": ({ reading: { bytes, envelope, payload } }) => {
    const outside = envelope.fault === null ? bytes.length - envelope.end : 0
    const inside = payload !== null && payload.fault === null ? payloadLength(envelope.item) - payload.end : 0
    return outside + inside <= 0 ? null : `${outside + inside} bytes follow its end. \`verify\` refuses that.`
  },
}

function scalar(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

function indefiniteMap(reading: Reading): string | null {
  if (reading.payload?.item?.kind !== "map" || !reading.payload.item.indefinite) return null
  const at = timestampOf(reading)
  return at !== null && at.getTime() < LAST_DEFINITE
    ? "Its payload is an indefinite map. Genuine documents of its date are definite ones."
    : "Its payload is an indefinite map, as in genuine documents since December 2025."
}

function indefiniteInside(reading: Reading): string | null {
  const names = ["pcrs", "nitrotpm_pcrs", "cabundle", "certificate", "public_key", "user_data", "nonce"]
  const odd = names.filter((name) => {
    const item = fieldOf(reading, name)
    return item !== null && "indefinite" in item && item.indefinite
  })
  return odd.length === 0 ? null : `Of indefinite length: ${odd.join(", ")}. Genuine documents have definite ones.`
}

function payloadLength(item: Reading["envelope"]["item"]): number {
  const array = item?.kind === "tag" ? item.item : item
  const payload = array?.kind === "array" ? array.items[2] : undefined
  return payload?.kind === "bytes" ? payload.bytes.length : 0
}
