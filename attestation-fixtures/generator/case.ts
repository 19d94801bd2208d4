import { sha256 } from "@noble/hashes/sha2.js"
import { toHex } from "../../shared/bytes.ts"
import { ATTESTATION_CODES, type AttestationCode } from "../../shared/errors/attestation.ts"
import { EXIT } from "../../shared/errors/exit-codes.ts"
import type { Json } from "./json.ts"
import type { Jwk } from "./session.ts"

export type Clause = `ATT-${number}`

/** Judged by a policy file alone. */
export interface DocumentQuestion {
  readonly path: "document"
  readonly time: string
  readonly trustAnchor: string
  readonly policy: Json
}

/** Judged before a key is released: by a contract, a nonce and the keys that the enclave offered. */
export interface LiveQuestion {
  readonly path: "live"
  readonly time: string
  readonly contract: string
  readonly acceptedRoots: readonly string[]
  readonly maxAgeSeconds: number
  readonly nonce: string
  readonly encryptionKey: Jwk
  readonly signingKey: Jwk
}

/** Judged for a receipt: at the document's own time. */
export interface ArchivedQuestion {
  readonly path: "archived"
  readonly contract: string
  readonly acceptedRoots: readonly string[]
  readonly receipt: string
  readonly encryptionKey: Jwk
  readonly signingKey: Jwk
}

export type Question = DocumentQuestion | LiveQuestion | ArchivedQuestion

/** What both sides of a case are before its one mutation. */
export interface Base {
  readonly id: string
  readonly document: Uint8Array
  readonly question: Question
}

/** The contract check that ATT-10 asks for has a code outside the attestation table. */
type RefusalCode = AttestationCode | "contract-invalid"

export interface Case {
  readonly id: string
  readonly title: string
  readonly clause: Clause
  readonly base: string | null
  readonly mutation: string
  readonly question: Question
  readonly document: Uint8Array
  readonly code: RefusalCode | null
}

export interface Draft extends Omit<Case, "id" | "base" | "question" | "document"> {
  readonly name: string
  /** Either the document or the question differs from the base, never both. */
  readonly input: Uint8Array | Question
}

/** A document, or a question about the base's document, that must be refused with this code. */
export function refuse(
  code: RefusalCode,
  name: string,
  title: string,
  mutation: string,
  input: Uint8Array | Question,
): Draft {
  const clause = code === "contract-invalid" ? "ATT-10" : ATTESTATION_CODES[code].clause
  return { clause, code, input, mutation, name, title }
}

/** What must be accepted although it differs from the base: a false rejection is a defect too. */
export function accept(
  clause: Clause,
  name: string,
  title: string,
  mutation: string,
  input: Uint8Array | Question,
): Draft {
  return { clause, code: null, input, mutation, name, title }
}

export function area(folder: string, base: Base, drafts: readonly Draft[]): readonly Case[] {
  return drafts.map(({ input, name, ...rest }) => {
    const changed = input instanceof Uint8Array ? { document: input } : { question: input }
    return {
      ...rest,
      base: base.id,
      document: base.document,
      id: `${folder}/${name}`,
      question: base.question,
      ...changed,
    }
  })
}

export function verdictOf(code: RefusalCode | null): "accepted" | "rejected" | "unsupported" | "malformed" {
  if (code === null) return "accepted"
  const exit = code === "contract-invalid" ? EXIT.malformed : ATTESTATION_CODES[code].exit
  if (exit === EXIT.unsupported) return "unsupported"
  return exit === EXIT.malformed ? "malformed" : "rejected"
}

/** `case.json`. */
export function caseJson({ base, clause, code, document, mutation, question, title }: Case): Json {
  const stage = code === null || code === "contract-invalid" ? null : ATTESTATION_CODES[code].stage
  const about = { title, clause, base, mutation }
  const file = { file: "document.bin", sha256: toHex(sha256(document)) }
  return {
    ...about,
    ...question,
    document: file,
    expected: { verdict: verdictOf(code), code, stage },
  } as unknown as Json
}
