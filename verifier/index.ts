/** The library that judges evidence and receipts. It reads no clock, randomness, file or network. */
export { anchorOf, awsAnchor, type TrustAnchor, trustAnchor } from "./attestation/anchor.ts"
export type { SessionExpectation } from "./attestation/binding.ts"
export { type Image, imagePolicy, imagesOf, listPolicy, type MeasurementPolicy } from "./attestation/policy.ts"
export {
  type ArchivedEvidence,
  type JudgedDocument,
  type LiveEvidence,
  verifyArchived,
  verifyDocument,
  verifyLive,
} from "./attestation/verify.ts"
export { type VerifiedReceipt, verifyBundle } from "./receipt/verify.ts"
