/** The library that judges evidence and receipts. It reads no clock, randomness, file or network. */
export { type AttestationDocument, type DocumentFormat, decodeUnverified } from "../shared/attestation/document.ts"
export type { Contract } from "../shared/contract/contract.ts"
export {
  ATTESTATION_CODES,
  type AttestationCode,
  type AttestationStage,
  clauseOf,
  stageOf,
} from "../shared/errors/attestation.ts"
export { type ErrorCode, ParleyError } from "../shared/errors/index.ts"
export type { PublicJwk } from "../shared/signed/keys.ts"
export { anchorOf, awsAnchor, type TrustAnchor, trustAnchor } from "./attestation/anchor.ts"
export type { SessionExpectation } from "./attestation/binding.ts"
export { AuthorityCache } from "./attestation/cache.ts"
export { readUnsignedContract, type UnsignedContract } from "./attestation/contract-file.ts"
export type { EcdsaBackEnd, EcdsaKey } from "./attestation/ecdsa/back-end.ts"
export { pureCrypto } from "./attestation/ecdsa/pure.ts"
export { webCrypto } from "./attestation/ecdsa/web-crypto.ts"
export {
  type EnclavePolicy,
  type Image,
  imagePolicy,
  imagesOf,
  listPolicy,
  type MeasurementPolicy,
  type NitroTpmPolicy,
  nitroTpmPolicy,
  type Unchecked,
} from "./attestation/policy.ts"
export type { Engine } from "./attestation/prove.ts"
export {
  type ArchivedEvidence,
  type ArchivedRequest,
  type DocumentRequest,
  type JudgedDocument,
  type LiveEvidence,
  type LiveRequest,
  type UncheckedItem,
  verifyArchived,
  verifyDocument,
  verifyLive,
} from "./attestation/verify.ts"
export { type VerifiedReceipt, verifyBundle } from "./receipt/verify.ts"
