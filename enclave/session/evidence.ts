import { sha256 } from "@noble/hashes/sha2.js"
import { encodeUserData } from "../../shared/attestation/user-data.ts"
import { type Bytes, toBase64url, toHex } from "../../shared/bytes.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import type { Nsm } from "../nsm/nsm.ts"
import type { SessionKeys } from "./keys.ts"

/** How many issued documents a boot remembers; a grant must cite one of them. */
const MAX_ISSUED = 100_000

/** Makes this boot's attestation documents, all of them bound to contract and keys. */
export class EvidenceIssuer {
  readonly #nsm: Nsm
  readonly #keys: SessionKeys
  readonly #contract: Bytes
  readonly #session: Bytes
  readonly #issued = new Set<string>()

  constructor(nsm: Nsm, keys: SessionKeys, contract: Bytes, session: Bytes) {
    this.#nsm = nsm
    this.#keys = keys
    this.#contract = contract
    this.#session = session
  }

  /** A document for a verifier's nonce, 32 bytes. */
  async forNonce(nonce: Bytes): Promise<SessionEvidence> {
    const evidence = await this.#attest("parley/session/v1", nonce, null)
    if (this.#issued.size >= MAX_ISSUED) this.#issued.clear()
    this.#issued.add(toHex(sha256(evidence.document)))
    return this.#wrap(evidence.document)
  }

  /** A document over a receipt's digest; its nonce is null, so it cannot pass for an answer to a verifier. */
  async forReceipt(receipt: Bytes): Promise<SessionEvidence> {
    const { document } = await this.#attest("parley/receipt/v1", null, receipt)
    return this.#wrap(document)
  }

  issued(document: string): boolean {
    return this.#issued.has(document)
  }

  async #attest(type: "parley/session/v1" | "parley/receipt/v1", nonce: Bytes | null, subject: Bytes | null) {
    const userData = encodeUserData({ contract: this.#contract, keys: this.#session, subject, type })
    return { document: await this.#nsm.attest({ nonce, publicKey: this.#keys.encryption.spki, userData }) }
  }

  #wrap(document: Bytes): SessionEvidence {
    return {
      document: toBase64url(document),
      encryptionKey: this.#keys.encryption.jwk,
      format: "parley/session-evidence/v1",
      signingKey: this.#keys.signing.jwk,
    }
  }
}
