import { type CodeEntry, EXIT } from "./exit-codes.ts"

const ASK_AGAIN = "Fetch the document again. If it stays so, do not trust this enclave."
const DO_NOT_TRUST = "Do not release keys. Ask the operator for an enclave with genuine evidence."

/** Codes of the attestation verifier, each with the stage at which it is decided (SPEC.md, "Attestation"). */
export const ATTESTATION_CODES = {
  "document-too-large": { exit: EXIT.malformed, stage: "size", todo: ASK_AGAIN },
  "cbor-malformed": { exit: EXIT.malformed, stage: "cbor", todo: ASK_AGAIN },
  "cbor-non-minimal": { exit: EXIT.malformed, stage: "cbor", todo: ASK_AGAIN },
  "cbor-duplicate-key": { exit: EXIT.malformed, stage: "cbor", todo: ASK_AGAIN },
  "cbor-trailing-bytes": { exit: EXIT.malformed, stage: "cbor", todo: ASK_AGAIN },
  "cbor-unsupported": { exit: EXIT.malformed, stage: "cbor", todo: ASK_AGAIN },
  "cose-malformed": { exit: EXIT.malformed, stage: "cose", todo: ASK_AGAIN },
  "cose-unprotected-header": { exit: EXIT.malformed, stage: "cose", todo: ASK_AGAIN },
  "cose-algorithm": { exit: EXIT.rejected, stage: "cose", todo: DO_NOT_TRUST },
  "document-field-missing": { exit: EXIT.malformed, stage: "document", todo: ASK_AGAIN },
  "document-field-invalid": { exit: EXIT.malformed, stage: "document", todo: ASK_AGAIN },
  "nitrotpm-unsupported": {
    exit: EXIT.unsupported,
    stage: "document",
    todo: "Ask for evidence of a Nitro enclave. A NitroTPM document speaks about an instance, not about an enclave.",
  },
  "certificate-malformed": { exit: EXIT.malformed, stage: "path", todo: ASK_AGAIN },
  "certificate-algorithm": { exit: EXIT.rejected, stage: "path", todo: DO_NOT_TRUST },
  "path-anchor-mismatch": {
    exit: EXIT.rejected,
    stage: "path",
    todo: "The evidence leads to another root than the pinned one. Do not release keys.",
  },
  "path-broken": { exit: EXIT.rejected, stage: "path", todo: DO_NOT_TRUST },
  "path-signature-invalid": { exit: EXIT.rejected, stage: "path", todo: DO_NOT_TRUST },
  "path-not-a-ca": { exit: EXIT.rejected, stage: "path", todo: DO_NOT_TRUST },
  "path-too-long": { exit: EXIT.rejected, stage: "path", todo: DO_NOT_TRUST },
  "path-key-usage": { exit: EXIT.rejected, stage: "path", todo: DO_NOT_TRUST },
  "path-critical-extension": { exit: EXIT.rejected, stage: "path", todo: DO_NOT_TRUST },
  "certificate-expired": {
    exit: EXIT.rejected,
    stage: "path",
    todo: "Ask for a fresh document: a leaf lives three hours. For old evidence give its own time with --at.",
  },
  "certificate-not-yet-valid": {
    exit: EXIT.rejected,
    stage: "path",
    todo: "Check this machine's clock first: leaves are not back-dated, so a clock that runs behind ends here.",
  },
  "cose-signature-invalid": { exit: EXIT.rejected, stage: "signature", todo: DO_NOT_TRUST },
  "debug-mode": {
    exit: EXIT.rejected,
    stage: "debug",
    todo: "The enclave was started in debug mode: its operator can read its memory. Ask for a production start.",
  },
  "nonce-mismatch": {
    exit: EXIT.rejected,
    stage: "freshness",
    todo: "The document answers another question. Ask again with a fresh nonce.",
  },
  "document-stale": { exit: EXIT.rejected, stage: "freshness", todo: "Ask for a fresh document." },
  "document-from-future": { exit: EXIT.rejected, stage: "freshness", todo: "Check this machine's clock." },
  "measurement-mismatch": {
    exit: EXIT.rejected,
    stage: "measurements",
    todo: "Another image runs than the one that was agreed. Compare with `parley image measure`; do not release keys.",
  },
  "binding-contract": {
    exit: EXIT.rejected,
    stage: "binding",
    todo: "The enclave serves another contract. Ask the operator which boot serves yours.",
  },
  "binding-session": { exit: EXIT.rejected, stage: "binding", todo: DO_NOT_TRUST },
  "user-data-malformed": {
    exit: EXIT.rejected,
    stage: "user_data",
    todo: "This is not a document of a Parley enclave.",
  },
  "user-data-type": {
    exit: EXIT.rejected,
    stage: "user_data",
    todo: "A receipt's document cannot stand for a live session, nor the other way round. Ask for the right one.",
  },
  "user-data-mismatch": { exit: EXIT.rejected, stage: "user_data", todo: DO_NOT_TRUST },
  "key-mismatch": {
    exit: EXIT.rejected,
    stage: "keys",
    todo: "The key offered is not the attested one: somebody stands between you and the enclave. Do not release keys.",
  },
  "anchor-not-accepted": {
    exit: EXIT.rejected,
    stage: "anchor",
    todo: "The contract names a root that is not AWS's. Accept it on this machine with --accept-simulated-root, for tests only.",
  },
  "policy-invalid": {
    exit: EXIT.malformed,
    stage: "policy",
    todo: "Mend the policy: PCR 0, 1, 2 as lists that are not empty, no zeros, no unknown keys.",
  },
} as const satisfies Record<string, CodeEntry & { readonly stage: string }>

export type AttestationCode = keyof typeof ATTESTATION_CODES

/** The stage that decided a code, or null when the code is not the verifier's. */
export function stageOf(code: string): string | null {
  return Object.hasOwn(ATTESTATION_CODES, code) ? ATTESTATION_CODES[code as AttestationCode].stage : null
}
