import { toHex } from "../../shared/bytes.ts"
import type { ArchivedQuestion, Base, DocumentQuestion, LiveQuestion } from "./case.ts"
import { IMAGES, ROOT_SHA256 } from "./contract.ts"
import { document, NONCE, receiptFields, sessionFields } from "./document.ts"
import type { Json } from "./json.ts"
import { ENCRYPTION_JWK, RECEIPT_DIGEST, SIGNING_JWK } from "./session.ts"
import { TPM_PCRS, tpmFields } from "./tpm.ts"

/** Ten seconds after the document was signed. */
export const TIME = "2026-03-01T12:01:40Z"

const [IMAGE] = IMAGES
const pinned = (value: string | undefined) => [value ?? ""]

/** A policy file as `parley attestation verify --policy` reads it. */
export const POLICY = {
  debug: "reject",
  format: "aws-nitro",
  maxAgeSeconds: 300 as Json,
  nonce: toHex(NONCE) as Json,
  pcrs: { 0: pinned(IMAGE?.pcr0), 1: pinned(IMAGE?.pcr1), 2: pinned(IMAGE?.pcr2) } as Json,
} as const

const BY_POLICY: DocumentQuestion = {
  path: "document",
  policy: POLICY,
  time: TIME,
  trustAnchor: "simulated-root.pem",
}

const BY_SESSION: LiveQuestion = {
  acceptedRoots: [ROOT_SHA256],
  contract: "contracts/session.json",
  encryptionKey: ENCRYPTION_JWK,
  maxAgeSeconds: 300,
  nonce: toHex(NONCE),
  path: "live",
  signingKey: SIGNING_JWK,
  time: TIME,
}

const BY_RECEIPT: ArchivedQuestion = {
  acceptedRoots: [ROOT_SHA256],
  contract: "contracts/session.json",
  encryptionKey: ENCRYPTION_JWK,
  path: "archived",
  receipt: toHex(RECEIPT_DIGEST),
  signingKey: SIGNING_JWK,
}

/** A production document under a policy file that asks for everything. */
export const PRODUCTION = {
  document: document(sessionFields()),
  id: "accepted/production",
  question: BY_POLICY,
} as const satisfies Base

const NO_AGE = { unchecked: "old evidence" }

/** The same, judged at times at which it is no longer fresh. */
export const UNDATED = {
  document: PRODUCTION.document,
  id: "accepted/without-age-limit",
  question: { ...BY_POLICY, policy: { ...POLICY, maxAgeSeconds: NO_AGE } },
} as const satisfies Base

/** The same, where nobody asked: old evidence whose nonce is not known any more. */
export const UNASKED = {
  document: PRODUCTION.document,
  id: "accepted/without-nonce",
  question: { ...BY_POLICY, policy: { ...POLICY, nonce: { unchecked: "the nonce was not kept" } } },
} as const satisfies Base

export const SESSION = {
  document: PRODUCTION.document,
  id: "accepted/session",
  question: BY_SESSION,
} as const satisfies Base

export const RECEIPT = {
  document: document(receiptFields(RECEIPT_DIGEST)),
  id: "accepted/receipt",
  question: BY_RECEIPT,
} as const satisfies Base

export const TPM_POLICY = { ...POLICY, format: "aws-nitrotpm", pcrs: TPM_PCRS } as const

export const TPM = {
  document: document(tpmFields()),
  id: "accepted/nitrotpm",
  question: { ...BY_POLICY, policy: TPM_POLICY },
} as const satisfies Base

/** The base's question under another policy, time or anchor. */
export function ask(over: Partial<Omit<DocumentQuestion, "path">>): DocumentQuestion {
  return { ...BY_POLICY, ...over }
}

export function askPolicy(over: { readonly [key: string]: Json }): DocumentQuestion {
  return { ...BY_POLICY, policy: { ...POLICY, ...over } }
}

export function askAt(time: string): DocumentQuestion {
  return { ...UNDATED.question, time }
}

export function askSession(over: Partial<Omit<LiveQuestion, "path">>): LiveQuestion {
  return { ...BY_SESSION, ...over }
}

export function askReceipt(over: Partial<Omit<ArchivedQuestion, "path">>): ArchivedQuestion {
  return { ...BY_RECEIPT, ...over }
}
