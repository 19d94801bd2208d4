/** The three ways to judge a document: by a policy alone, live before keys are released, and archived for receipts. */
export type { ArchivedEvidence, JudgedDocument, LiveEvidence, UncheckedItem } from "./evidence.ts"
export { type DocumentRequest, verifyDocument } from "./verify-document.ts"
export { type ArchivedRequest, type LiveRequest, verifyArchived, verifyLive } from "./verify-session.ts"
