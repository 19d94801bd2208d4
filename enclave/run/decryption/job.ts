import type { Bytes } from "../../../shared/bytes.ts"

/** One part to decrypt where it lies. */
export interface DecryptionJob {
  readonly path: string
  /** Length of the ciphertext in bytes, as the manifest names it. */
  readonly bytes: number
  /** Overwritten with zeros after use. */
  readonly dataKey: Bytes
  readonly headerDigest: Bytes
  readonly index: number
  readonly last: boolean
}

/** What a decryption thread answers. */
export type DecryptionAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly message: string }
