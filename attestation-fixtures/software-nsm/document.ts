import type { Bytes } from "../../shared/bytes.ts"
import { encodeCbor } from "../../shared/cbor/encode.ts"
import type { CborKey, CborValue } from "../../shared/cbor/value.ts"
import { encodeSign1, es384Header, sigStructure } from "../../shared/cose/sign1.ts"
import type { SimulatedChain } from "./chain.ts"
import { sign } from "./key-pair.ts"

/** What a SIMULATED document says, beside its chain. */
export interface DocumentFields {
  readonly moduleId: string
  readonly nonce: Uint8Array | null
  readonly pcrs: ReadonlyMap<number, Bytes>
  readonly publicKey: Uint8Array | null
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly userData: Uint8Array | null
}

/** Signs a document for real, with the chain's leaf; keys in the order of genuine ones. */
export function signDocument(fields: DocumentFields, chain: SimulatedChain): Bytes {
  const payload = encodeCbor(
    new Map<CborKey, CborValue>([
      ["module_id", fields.moduleId],
      ["digest", "SHA384"],
      ["timestamp", fields.timestamp],
      ["pcrs", fields.pcrs],
      ["certificate", chain.leaf],
      ["cabundle", chain.cabundle],
      ["public_key", copy(fields.publicKey)],
      ["user_data", copy(fields.userData)],
      ["nonce", copy(fields.nonce)],
    ]),
  )
  return signPayload(payload, chain)
}

/** Signs any payload: for documents that no genuine module would write. */
export function signPayload(payload: Bytes, chain: SimulatedChain): Bytes {
  const protectedHeader = es384Header()
  const signature = sign(chain.leafKey, sigStructure(protectedHeader, payload))
  return encodeSign1({ payload, protectedHeader, signature })
}

function copy(bytes: Uint8Array | null): Bytes | null {
  return bytes === null ? null : new Uint8Array(bytes)
}
