import { toHex } from "../../../shared/bytes.ts"
import { askReceipt, RECEIPT, SESSION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { bytes, NULL, unsigned } from "../cbor.ts"
import { keyOf, makeChain } from "../chain.ts"
import {
  change,
  document,
  type Fields,
  REGISTERS,
  receiptFields,
  register,
  registers,
  sessionFields,
} from "../document.ts"
import { ZEROS } from "../mutate.ts"
import { BOUND_REGISTERS, extended, OTHER_JWK, OTHER_KEY, RECEIPT_DIGEST, sessionUserData } from "../session.ts"

const OTHER_DIGEST = new Uint8Array(32).fill(0x77)
const fields = receiptFields(RECEIPT_DIGEST)
const receipt = (name: string, item: Uint8Array | null) => document(change(fields, name, item))
const receiptRegisters = (over: readonly (readonly [number, Uint8Array])[]) =>
  receipt("pcrs", registers(new Map([...REGISTERS, ...BOUND_REGISTERS, ...over])))
const receiptData = (over: Parameters<typeof sessionUserData>[0]) =>
  receipt("user_data", bytes(sessionUserData({ subject: RECEIPT_DIGEST, type: "parley/receipt/v1", ...over })))
const signedAt = (instant: string) => receipt("timestamp", unsigned(Date.parse(instant)))
const sessionWithoutNonce: Fields = change(sessionFields(), "nonce", NULL)

/** The document over a receipt: judged at its own time, for a receipt, and never for a key. */
export const RECEIPTS = area("receipt", RECEIPT, [
  refuse(
    "nonce-mismatch",
    "session-document",
    "A session's document cannot stand for a receipt.",
    "the document is the session's",
    SESSION.document,
  ),
  refuse(
    "nonce-mismatch",
    "with-nonce",
    "A receipt's document answers no nonce.",
    "the document has a nonce",
    receipt("nonce", bytes(new Uint8Array(32).fill(1))),
  ),
  refuse(
    "user-data-type",
    "session-without-nonce",
    "A session's document without nonce is none of a receipt either.",
    "the document is a session's without a nonce",
    document(sessionWithoutNonce),
  ),
  refuse(
    "user-data-mismatch",
    "other-receipt",
    "A document vouches for one receipt.",
    "subject is another receipt's digest",
    receiptData({ subject: OTHER_DIGEST }),
  ),
  refuse(
    "user-data-mismatch",
    "no-receipt",
    "A document vouches for a receipt that it names.",
    "subject is null",
    receiptData({ subject: null }),
  ),
  refuse(
    "user-data-mismatch",
    "asked-for-other",
    "A document vouches for no other receipt.",
    "the reader holds another receipt",
    askReceipt({ receipt: toHex(OTHER_DIGEST) }),
  ),
  refuse(
    "user-data-mismatch",
    "other-contract",
    "A receipt's document names its contract.",
    "contract is another one",
    receiptData({ contract: OTHER_DIGEST }),
  ),
  refuse(
    "user-data-mismatch",
    "other-keys",
    "A receipt's document names its session.",
    "keys is another session's",
    receiptData({ keys: OTHER_DIGEST }),
  ),
  refuse(
    "binding-contract",
    "contract-register",
    "PCR16 binds receipts too.",
    "PCR16 is of another contract",
    receiptRegisters([[16, extended(OTHER_DIGEST)]]),
  ),
  refuse(
    "binding-session",
    "session-register",
    "PCR17 binds receipts too.",
    "PCR17 is of another session",
    receiptRegisters([[17, extended(OTHER_DIGEST)]]),
  ),
  refuse(
    "binding-session",
    "signed-by-other-key",
    "The receipt's signature is of the attested session.",
    "the receipt is signed by somebody else's key",
    askReceipt({ signingKey: OTHER_JWK }),
  ),
  refuse(
    "key-mismatch",
    "key",
    "public_key binds receipts too.",
    "public_key is somebody else's",
    receipt("public_key", bytes(OTHER_KEY)),
  ),
  refuse(
    "measurement-mismatch",
    "image",
    "A receipt comes from an image of the contract.",
    "PCR0 is of no image of the contract",
    receiptRegisters([[0, register(0x99)]]),
  ),
  refuse("debug-mode", "debug", "No receipt comes from debug mode.", "PCR0 is zero", receiptRegisters([[0, ZEROS]])),
  refuse(
    "certificate-expired",
    "signed-after-leaf",
    "A receipt's chain is judged at the document's own time.",
    "timestamp is a second after the leaf's end",
    signedAt("2026-03-01T15:00:04Z"),
  ),
  refuse(
    "certificate-not-yet-valid",
    "signed-before-leaf",
    "A receipt is not older than its leaf.",
    "timestamp is a second before the leaf's begin",
    signedAt("2026-03-01T11:59:59Z"),
  ),
  refuse(
    "anchor-not-accepted",
    "root-not-accepted",
    "A receipt's root counts only where it was accepted.",
    "this machine accepts no root but AWS's",
    askReceipt({ acceptedRoots: [] }),
  ),
  refuse(
    "path-signature-invalid",
    "chain",
    "A receipt's chain is judged like any other.",
    "the leaf is signed by another key than its issuer's",
    chainOfSomebodyElse(),
  ),
])

function chainOfSomebodyElse() {
  const chain = makeChain({ leaf: (parts) => ({ ...parts, signer: keyOf("somebody else") }) })
  return document(change(fields, "certificate", bytes(chain.leaf)), chain)
}
