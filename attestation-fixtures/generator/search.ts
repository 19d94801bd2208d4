import { p384 } from "@noble/curves/nist.js"
import { type Bytes, concat, toHex } from "../../shared/bytes.ts"
import { unsigned as integer } from "../software-nsm/der.ts"
import { map, unsigned } from "./cbor.ts"
import { makeCertificate } from "./certificate.ts"
import { type Change, keyOf, makeChain } from "./chain.ts"
import { ecKeyInfo, OID } from "./der.ts"
import { change, entriesOf, sessionFields, signatureOf, signPayload, TIMESTAMP } from "./document.ts"
import { withChain } from "./mutate.ts"

const ORDER = p384.Point.Fn.ORDER

export function isHigh(raw: Uint8Array): boolean {
  return 2n * BigInt(`0x${toHex(raw.subarray(48))}`) > ORDER
}

/** Both s and n - s verify: the lower one. */
export function lowS(raw: Uint8Array): Bytes {
  const s = BigInt(`0x${toHex(raw.subarray(48))}`)
  const low = (isHigh(raw) ? ORDER - s : s).toString(16).padStart(96, "0")
  return concat(
    raw.subarray(0, 48),
    Uint8Array.from(low.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)),
  )
}

/** The first later timestamp whose signature has the wanted form. */
export function signatureWith(wanted: (raw: Uint8Array) => boolean): Uint8Array {
  for (let later = 1; ; later++) {
    const payload = map(entriesOf(change(sessionFields(), "timestamp", unsigned(TIMESTAMP + later))))
    if (wanted(signatureOf(payload, keyOf("leaf")))) return signPayload(payload)
  }
}

/** The first serial number under which the certificate's signature has the wanted form. */
export function signedSo(wanted: (raw: Uint8Array) => boolean): Change {
  return (parts) => {
    for (let number = 0; ; number++) {
      const changed = { ...parts, serial: integer(Uint8Array.of(0x11, number >> 8, number & 0xff)) }
      const raw = makeCertificate({ ...changed, signature: concat, whole: (three) => concat(...three.slice(2)) })
      if (wanted(raw)) return changed
    }
  }
}

export function withLeafKey(wanted: (point: Uint8Array) => boolean): Uint8Array {
  for (let number = 0; ; number++) {
    const leafKey = keyOf(`leaf ${number}`)
    if (!wanted(leafKey.point)) continue
    const publicKeyInfo = ecKeyInfo(OID.p384, leafKey.point)
    return withChain({ ...makeChain({ leaf: (parts) => ({ ...parts, publicKeyInfo }) }), leafKey })
  }
}
