import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Where in the order of ATT-1 a code is decided. */
export type AttestationStage =
  | "size"
  | "cbor"
  | "cose"
  | "document"
  | "path"
  | "signature"
  | "debug"
  | "freshness"
  | "measurements"
  | "binding"
  | "user_data"
  | "keys"
  | "anchor"
  | "policy"

/** What the verifier's table says about one code; `clause` is the one of SPEC.md that it enforces. */
export interface AttestationEntry extends CodeEntry {
  readonly stage: AttestationStage
  readonly clause: `ATT-${number}`
}

const ASK_AGAIN = "Fetch the document again. If it stays so, do not trust this enclave."
const DO_NOT_TRUST = "Do not release keys. Ask the operator for an enclave with genuine evidence."
const NOT_OURS =
  "No security module wrote these bytes. Fetch the document again; if it stays so, do not trust this enclave."

const malformed = <S extends AttestationStage, C extends `ATT-${number}`>(stage: S, clause: C, todo: string) =>
  ({ clause, exit: EXIT.malformed, stage, todo }) as const
const rejected = <S extends AttestationStage, C extends `ATT-${number}`>(stage: S, clause: C, todo: string) =>
  ({ clause, exit: EXIT.rejected, stage, todo }) as const

/** Every reason for which the attestation verifier refuses: a closed union, in the order of the stages (ATT-1). */
export const ATTESTATION_CODES = {
  /** Over 64 KiB. Drop it unread; genuine documents have 4 to 6 KiB. */
  "document-too-large": malformed("size", "ATT-1", ASK_AGAIN),

  /** Not well-formed CBOR. Fetch the document again: mostly it was cut or altered on its way. */
  "cbor-malformed": malformed("cbor", "ATT-2", ASK_AGAIN),
  /** Tags, floats, undefined, indefinite strings or integers beyond 2^53. Ask what wrote it: no security module does. */
  "cbor-unsupported": malformed("cbor", "ATT-2", NOT_OURS),
  /** An integer or length in a longer form than needed. Treat it as altered: a second spelling of the same document. */
  "cbor-non-minimal": malformed("cbor", "ATT-11", NOT_OURS),
  /** A map key twice. Treat it as an attack: two decoders would read two documents. */
  "cbor-duplicate-key": malformed("cbor", "ATT-12", NOT_OURS),
  /** Something follows the document. Cut nothing off: fetch it again. */
  "cbor-trailing-bytes": malformed("cbor", "ATT-13", ASK_AGAIN),
  /** Nested deeper than any document. Treat it as an attack on the decoder. */
  "cbor-too-deep": malformed("cbor", "ATT-14", NOT_OURS),

  /** Not an untagged COSE_Sign1. Check that the file is an attestation document, raw or base64, and nothing around it. */
  "cose-malformed": malformed("cose", "ATT-3", ASK_AGAIN),
  /** The header that no signature covers says something. Treat it as altered. */
  "cose-unprotected-header": malformed("cose", "ATT-15", NOT_OURS),
  /** Another algorithm than ES384, or more than the algorithm. Do not verify it with any other tool either. */
  "cose-algorithm": rejected("cose", "ATT-16", DO_NOT_TRUST),

  /** A field of the document is absent. Fetch it again, or ask what wrote it. */
  "document-field-missing": malformed("document", "ATT-17", ASK_AGAIN),
  /** A field is unknown, or its type, length or value is out of bounds. Fetch it again, or ask what wrote it. */
  "document-field-invalid": malformed("document", "ATT-17", ASK_AGAIN),
  /** Evidence of an EC2 instance, judged by a policy for enclaves. Ask for the enclave's own document. */
  "nitrotpm-unsupported": {
    clause: "ATT-9",
    exit: EXIT.unsupported,
    stage: "document",
    todo: "Ask for evidence of a Nitro enclave. A NitroTPM document speaks about an instance, not about an enclave.",
  },
  /** Evidence of an enclave, judged by a policy for instances (`aws-nitrotpm`). Use a policy with format aws-nitro. */
  "nitrotpm-expected": rejected(
    "document",
    "ATT-9",
    "The policy asks for a NitroTPM document and this is an enclave's. Use a policy with format aws-nitro for it.",
  ),

  /** The path starts at another root. Look-alikes end here, whatever their signatures say: do not release keys. */
  "path-anchor-mismatch": rejected(
    "path",
    "ATT-4",
    "The evidence leads to another root than the pinned one. Do not release keys.",
  ),
  /** More certificates than the profile has. Ask the operator for genuine evidence. */
  "path-too-long": rejected("path", "ATT-18", DO_NOT_TRUST),
  /** Not DER, or not the X.509 profile. Fetch the document again; a lenient parser may read it, and is wrong. */
  "certificate-malformed": malformed("path", "ATT-19", NOT_OURS),
  /** One extension twice in a certificate: two readers would see two certificates. Treat it as an attack. */
  "certificate-duplicate-extension": malformed("path", "ATT-20", NOT_OURS),
  /** Signed with something else than ecdsa-with-SHA384, or the key is no EC key. Do not release keys. */
  "certificate-algorithm": rejected("path", "ATT-21", DO_NOT_TRUST),
  /** An EC key on another curve than P-384. Do not release keys. */
  "certificate-curve": rejected("path", "ATT-22", DO_NOT_TRUST),
  /** The key is no uncompressed point of the curve. Treat it as an attack on the implementation of the curve. */
  "certificate-point": rejected("path", "ATT-23", DO_NOT_TRUST),
  /** A critical extension that this verifier does not know, so that it must not accept. Do not release keys. */
  "path-critical-extension": rejected("path", "ATT-24", DO_NOT_TRUST),
  /** A certificate names another issuer than the one before it: missing, foreign or in another order. */
  "path-name-mismatch": rejected("path", "ATT-25", DO_NOT_TRUST),
  /** The certificate that signed the document is an authority: it could vouch for anything. Do not release keys. */
  "path-leaf-is-a-ca": rejected("path", "ATT-26", DO_NOT_TRUST),
  /** A certificate that issued another one is no authority: somebody issued with a leaf's key. Do not release keys. */
  "path-not-a-ca": rejected("path", "ATT-26", DO_NOT_TRUST),
  /** More authorities below one than it allows (pathLenConstraint). Do not release keys. */
  "path-length": rejected("path", "ATT-27", DO_NOT_TRUST),
  /** A key was used for what its certificate does not allow. Do not release keys. */
  "path-key-usage": rejected("path", "ATT-28", DO_NOT_TRUST),
  /** A certificate was not signed by the one before it. Do not release keys. */
  "path-signature-invalid": rejected("path", "ATT-29", DO_NOT_TRUST),
  /** Out of date at the time given. Ask for a fresh document, or judge old evidence at its own time. */
  "certificate-expired": rejected(
    "path",
    "ATT-30",
    "Ask for a fresh document: a leaf lives three hours. For old evidence give its own time with --at.",
  ),
  /** Not valid yet at the time given. Look at this machine's clock first. */
  "certificate-not-yet-valid": rejected(
    "path",
    "ATT-30",
    "Check this machine's clock first: leaves are not back-dated, so a clock that runs behind ends here.",
  ),

  /** The document was altered, or signed by another key than its leaf's. Do not release keys. */
  "cose-signature-invalid": rejected("signature", "ATT-31", DO_NOT_TRUST),

  /** The operator can read this enclave's memory. Ask for a production start. */
  "debug-mode": rejected(
    "debug",
    "ATT-5",
    "The enclave was started in debug mode: its operator can read its memory. Ask for a production start.",
  ),

  /** The document answers somebody else's question, or is replayed. Ask again with a fresh nonce. */
  "nonce-mismatch": rejected(
    "freshness",
    "ATT-32",
    "The document answers another question. Ask again with a fresh nonce.",
  ),
  /** Older than the policy allows. Ask for a fresh document. */
  "document-stale": rejected("freshness", "ATT-33", "Ask for a fresh document."),
  /** Later than the time given by more than clocks may differ. Look at this machine's clock. */
  "document-from-future": rejected("freshness", "ATT-33", "Check this machine's clock."),

  /** Another image runs than the one that was agreed. Compare measurements with the operator; do not release keys. */
  "measurement-mismatch": rejected(
    "measurements",
    "ATT-34",
    "Another image runs than the one that was agreed. Compare with `parley image measure`; do not release keys.",
  ),

  /** PCR16 is not the contract's: the boot serves another one. Ask the operator which boot serves yours. */
  "binding-contract": rejected(
    "binding",
    "ATT-6",
    "The enclave serves another contract. Ask the operator which boot serves yours.",
  ),
  /** PCR17 is not the session's: the keys offered are not this boot's. Do not release keys. */
  "binding-session": rejected("binding", "ATT-35", DO_NOT_TRUST),

  /** `user_data` is absent or not Parley's. This enclave runs something else. */
  "user-data-malformed": rejected("user_data", "ATT-7", "This is not a document of a Parley enclave."),
  /** A receipt's document offered for a session, or the other way round. Ask for the right one. */
  "user-data-type": rejected(
    "user_data",
    "ATT-36",
    "A receipt's document cannot stand for a live session, nor the other way round. Ask for the right one.",
  ),
  /** `user_data` names another contract, session or receipt than the registers or the caller. Do not release keys. */
  "user-data-mismatch": rejected("user_data", "ATT-37", DO_NOT_TRUST),

  /** The key offered is not the attested one: somebody stands between. Do not release keys. */
  "key-mismatch": rejected(
    "keys",
    "ATT-38",
    "The key offered is not the attested one: somebody stands between you and the enclave. Do not release keys.",
  ),

  /** The contract names a root that this machine does not accept. Accept a simulator's only for tests. */
  "anchor-not-accepted": rejected(
    "anchor",
    "ATT-10",
    "The contract names a root that is not AWS's. Accept it on this machine with --accept-simulated-root, for tests only.",
  ),

  /** The policy would accept anything, nothing, or debug mode. Mend it before judging any document. */
  "policy-invalid": malformed(
    "policy",
    "ATT-39",
    "Mend the policy: PCR 0, 1, 2 (aws-nitrotpm: 4, 7) as lists that are not empty, no zeros, no unknown keys.",
  ),
} as const satisfies Record<string, AttestationEntry>

export type AttestationCode = keyof typeof ATTESTATION_CODES

/** The stage that decided a code, or null when the code is not the verifier's. */
export function stageOf(code: string): AttestationStage | null {
  return entryOf(code)?.stage ?? null
}

/** The clause of SPEC.md that a code enforces, or null when the code is not the verifier's. */
export function clauseOf(code: string): string | null {
  return entryOf(code)?.clause ?? null
}

function entryOf(code: string): AttestationEntry | null {
  return Object.hasOwn(ATTESTATION_CODES, code) ? ATTESTATION_CODES[code as AttestationCode] : null
}
