import { concat, toHex } from "../../../shared/bytes.ts"
import { ask, askAt, askPolicy, PRODUCTION, RECEIPT, SESSION, TIME, TPM, UNASKED, UNDATED } from "../bases.ts"
import { accept, area, type Base, type Case, type Clause } from "../case.ts"
import { BREAK, openMap } from "../cbor.ts"
import { change, document, entriesOf, receiptFields, register, sessionFields, signPayload } from "../document.ts"
import { withRegisters } from "../mutate.ts"
import { RECEIPT_DIGEST } from "../session.ts"

const base = ({ document, id, question }: Base, clause: Clause, title: string): Case => ({
  base: null,
  clause,
  code: null,
  document,
  id,
  mutation: "none: others are derived from it",
  question,
  title,
})

/** What every other case is a mutation of. */
export const BASES: readonly Case[] = [
  base(PRODUCTION, "ATT-1", "A production document is accepted under a policy that asks for everything."),
  base(UNDATED, "ATT-33", "A document is accepted where the policy says why its age is not checked."),
  base(UNASKED, "ATT-32", "A document is accepted where the policy says why its nonce is not checked."),
  base(SESSION, "ATT-8", "A session's document is accepted for the keys and the contract that it is bound to."),
  base(RECEIPT, "ATT-8", "A receipt's document is accepted at its own time."),
  base(TPM, "ATT-9", "A NitroTPM document is accepted under a policy that asks for one."),
]

const entries = entriesOf(sessionFields())

/** Questions that the same document answers as well. */
export const ACCEPTED_QUESTIONS = area("accepted", PRODUCTION, [
  accept(
    "ATT-34",
    "two-values",
    "A list may hold several values.",
    "the policy's PCR0 has two values",
    askPolicy({ pcrs: { ...pins(), 0: ["99".repeat(48), toHex(register(0x10))] } }),
  ),
  accept(
    "ATT-34",
    "further-register",
    "A policy may pin more than three registers.",
    "the policy pins PCR4 too",
    askPolicy({ pcrs: { ...pins(), 4: [toHex(register(0x14))] } }),
  ),
  accept(
    "ATT-1",
    "time-with-milliseconds",
    "The time given may have milliseconds.",
    "judged a millisecond later",
    ask({ time: TIME.replace("Z", ".001Z") }),
  ),
])

export const ACCEPTED_TIMES = area("accepted", UNDATED, [
  accept(
    "ATT-30",
    "leaf-last-second",
    "A leaf's last second is its own.",
    "judged at the leaf's end",
    askAt("2026-03-01T15:00:03Z"),
  ),
  accept(
    "ATT-30",
    "leaf-first-second",
    "A leaf's first second is its own.",
    "judged at the leaf's begin",
    askAt("2026-03-01T12:00:00Z"),
  ),
])

export const ACCEPTED_SESSIONS = area("accepted", SESSION, [
  accept(
    "ATT-34",
    "second-image",
    "A contract may name several images.",
    "PCR0, PCR1 and PCR2 are of the contract's second image",
    withRegisters({ 0: register(0x30), 1: register(0x31), 2: register(0x32) }),
  ),
  accept(
    "ATT-2",
    "session-indefinite",
    "A session's payload may be indefinite too.",
    "the payload's map is indefinite",
    signPayload(concat(openMap(entries), BREAK)),
  ),
])

export const ACCEPTED_RECEIPTS = area("accepted", RECEIPT, [
  accept(
    "ATT-32",
    "receipt-nonce-absent",
    "A receipt's document may lack the field nonce.",
    "nonce is gone",
    document(change(receiptFields(RECEIPT_DIGEST), "nonce", null)),
  ),
])

function pins() {
  return { 0: [toHex(register(0x10))], 1: [toHex(register(0x11))], 2: [toHex(register(0x12))] }
}
