import type { Bytes } from "../../../shared/bytes.ts"

/** A public key that a back end holds ready. */
export interface EcdsaKey {
  /** Judges r || s over the bytes. Both numbers are in 1 to n - 1; high s is accepted. Anything but `true` is a no. */
  verify(signature: Bytes, signed: Bytes): Promise<boolean>
}

/**
 * What computes ECDSA on P-384 with SHA-384. It sees only points that are on the curve and signatures that are in range,
 * so that all of them have to say the same. It throws when it cannot compute, and never for a wrong signature.
 */
export interface EcdsaBackEnd {
  /** For people; the cache tells back ends apart by the object. */
  readonly name: string
  /** `point`: uncompressed, 97 bytes. */
  importKey(point: Bytes): Promise<EcdsaKey>
}
