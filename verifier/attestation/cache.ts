import type { EcdsaBackEnd, EcdsaKey } from "./ecdsa/back-end.ts"

/**
 * Remembers which authorities' signatures were verified, so that a stream of documents pays for each authority once.
 * It holds a fact that no time or policy changes: the certificate with this digest is signed by the key in the
 * certificate with that digest. Everything else (syntax, names, roles, path length, validity, the pinned root) is judged
 * from the bytes each time. The caller makes it and may share it between calls; there is no hidden one.
 */
export class AuthorityCache {
  readonly #capacity: number
  readonly #keys = new Map<string, EcdsaKey>()
  readonly #marks = new WeakMap<EcdsaBackEnd, number>()
  #backEnds = 0

  /** `capacity`: most authorities that are remembered; those not used for longest go first. */
  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError("capacity is a whole number over 0")
    this.#capacity = capacity
  }

  get size(): number {
    return this.#keys.size
  }

  /** A back end is told apart by what it is: another one could have the same name, and its word must not count here. */
  markOf(backEnd: EcdsaBackEnd): number {
    const mark = this.#marks.get(backEnd) ?? this.#backEnds++
    this.#marks.set(backEnd, mark)
    return mark
  }

  /** The key in a certificate whose signature was verified; undefined when it is not known. */
  recall(id: string): EcdsaKey | undefined {
    const key = this.#keys.get(id)
    if (key !== undefined) this.#store(id, key)
    return key
  }

  remember(id: string, key: EcdsaKey): void {
    this.#store(id, key)
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= this.#capacity) return
      this.#keys.delete(oldest)
    }
  }

  #store(id: string, key: EcdsaKey): void {
    this.#keys.delete(id)
    this.#keys.set(id, key)
  }
}
