import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of signed objects, contracts, proposals, grants and receipts. */
export const PROTOCOL_CODES = {
  "json-too-large": { exit: EXIT.malformed, todo: "The object is over its size cap. Ask its sender for a valid one." },
  "json-malformed": { exit: EXIT.malformed, todo: "The bytes are not JSON in UTF-8. Fetch the object again." },
  "json-not-canonical": {
    exit: EXIT.malformed,
    todo: "Signed objects must be in RFC 8785 form, byte for byte. Do not edit or reformat them; make a new one.",
  },
  "json-schema": {
    exit: EXIT.malformed,
    todo: "The object has a missing, unknown or ill-typed field. Check that both sides run the same version of Parley.",
  },
  "jws-malformed": {
    exit: EXIT.malformed,
    todo: "The signature file is not a flattened JWS of this kind. Fetch it again.",
  },
  "jws-wrong-type": {
    exit: EXIT.rejected,
    todo: "This is a signature over another kind of object. Use the right file.",
  },
  "jws-wrong-algorithm": {
    exit: EXIT.rejected,
    todo: "Only ES384 is accepted. Sign again with a key made by `parley key create`.",
  },
  "jws-unknown-key": {
    exit: EXIT.rejected,
    todo: "The signer's key is not among those named here. Compare fingerprints with the party by voice.",
  },
  "jws-signature-invalid": {
    exit: EXIT.rejected,
    todo: "The signature does not verify. The object was changed; do not use it.",
  },
  "jwe-malformed": { exit: EXIT.malformed, todo: "The encrypted object is damaged. Fetch it again." },
  "jwe-undecryptable": { exit: EXIT.rejected, todo: "It was not encrypted to this key, or was changed on the way." },
  "key-malformed": {
    exit: EXIT.malformed,
    todo: "The key file is not a P-384 JWK. Make one with `parley key create`.",
  },
  "contract-invalid": { exit: EXIT.malformed, todo: "Mend the named field, then run `parley contract check` again." },
  "contract-incomplete": {
    exit: EXIT.malformed,
    todo: "Fill in the named fields of the draft, then run `parley contract check --write` again.",
  },
  "contract-feature-unsupported": {
    exit: EXIT.unsupported,
    todo: "This version of Parley does not honour the named field yet. Take it out of the contract or wait for a later version.",
  },
  "contract-lists-unsupported": {
    exit: EXIT.unsupported,
    todo: "Parley releases aggregates, never lists of rows. Use a rule of kind aggregation or template.",
  },
  "contract-signature-missing": { exit: EXIT.waiting, todo: "Ask the named party to run `parley contract sign`." },
  "contract-not-yet-valid": { exit: EXIT.rejected, todo: "Wait until the contract's notBefore." },
  "contract-expired": { exit: EXIT.rejected, todo: "The contract's validity has ended. Agree on an amendment." },
  "contract-superseded": { exit: EXIT.rejected, todo: "An amendment replaces this contract. Use the amendment." },
  "contract-ended": { exit: EXIT.rejected, todo: "A party has ended this contract. Agree on a new one." },
  "contract-mismatch": { exit: EXIT.rejected, todo: "The object belongs to another contract." },
  "manifest-mismatch": {
    exit: EXIT.rejected,
    todo: "The sealed data is not what the manifest or proposal names. Seal or fetch it again.",
  },
  "proposal-invalid": { exit: EXIT.rejected, todo: "Make a new proposal with `parley run propose`." },
  "proposal-mismatch": { exit: EXIT.rejected, todo: "The grants do not all name this proposal. Agree on one digest." },
  "sequence-used": { exit: EXIT.rejected, todo: "This sequence number is spent. Propose again with the next one." },
  "grant-invalid": { exit: EXIT.rejected, todo: "Verify the enclave again and grant anew with `parley run grant`." },
  "grant-expired": { exit: EXIT.rejected, todo: "The grant's time is over. Grant again." },
  "grant-conflict": {
    exit: EXIT.rejected,
    todo: "This owner granted another proposal of the same sequence. Propose the next sequence.",
  },
  "grant-missing": { exit: EXIT.waiting, todo: "Wait for the named party to grant." },
  "receipt-invalid": {
    exit: EXIT.rejected,
    todo: "Do not rely on this receipt. Ask the other parties for their copy.",
  },
  "party-unknown": {
    exit: EXIT.rejected,
    todo: "Get the party's card, compare its fingerprint by voice, and run `parley party add`.",
  },
  "party-mismatch": {
    exit: EXIT.rejected,
    todo: "The card is not the one that was confirmed. Ask the party by voice before you accept another.",
  },
  "fingerprint-mismatch": {
    exit: EXIT.rejected,
    todo: "The fingerprint is not the card's. Do not add it; get the card again and compare by voice.",
  },
  "ledger-broken": {
    exit: EXIT.rejected,
    todo: "The ledger was changed. Keep the file, restore a copy from before, and tell the other parties.",
  },
  "ledger-behind": {
    exit: EXIT.rejected,
    todo: "A receipt cites a grant that this ledger does not have: it was cut or copied. Use the newest ledger.",
  },
  "ledger-busy": { exit: EXIT.io, todo: "Another command of this home is writing. Run this one again." },
  "result-mismatch": {
    exit: EXIT.rejected,
    todo: "The result is not the one that the receipt commits to. Do not use it.",
  },
  "privacy-budget-spent": {
    exit: EXIT.limit,
    todo: "See `parley budget show`. What was spent does not come back; a larger budget is a decision for the people in the data.",
  },
  "limit-reached": { exit: EXIT.limit, todo: "The contract's limit is used up. Agree on an amendment." },
} as const satisfies Record<string, CodeEntry>
