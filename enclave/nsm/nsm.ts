import type { Bytes } from "../../shared/bytes.ts"

/** What the enclave asks of its security module (aws-nitro-enclaves-nsm-api, `Request`). */
export interface Nsm {
  describePcr(index: number): Promise<{ readonly data: Bytes; readonly locked: boolean }>
  /** New value: SHA-384(old value || data). */
  extendPcr(index: number, data: Uint8Array): Promise<Bytes>
  lockPcr(index: number): Promise<void>
  /** A signed attestation document (COSE_Sign1); absent fields are null in it. */
  attest(fields: AttestationFields): Promise<Bytes>
}

export interface AttestationFields {
  readonly nonce: Uint8Array | null
  readonly publicKey: Uint8Array | null
  readonly userData: Uint8Array | null
}
