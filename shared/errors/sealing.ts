import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of the sealed format and of sealing. */
export const SEALING_CODES = {
  "sealed-truncated": { exit: EXIT.malformed, todo: "The sealed part ends too early. Upload or copy it again." },
  "sealed-not-authentic": {
    exit: EXIT.rejected,
    todo: "The sealed part was changed, reordered or sealed under another key. Upload it again from the owner's copy.",
  },
  "token-secret-missing": {
    exit: EXIT.io,
    todo: "Take the secret over with `parley token accept`, or make it with `parley token create` if you issue it.",
  },
  "token-secret-wrong": {
    exit: EXIT.rejected,
    todo: "The secret is not the one that the contract commits to. Run `parley token accept` again in this room.",
  },
  "token-vector-mismatch": {
    exit: EXIT.rejected,
    todo: "This machine normalises identities otherwise than the contract says. Do not seal; compare versions of Parley.",
  },
  "input-header": {
    exit: EXIT.malformed,
    todo: "Give the file the contract's column names, or name the file's with --map theirs=contract.",
  },
  "input-unreadable": {
    exit: EXIT.malformed,
    todo: "Check that the file is CSV in UTF-8 (or Parquet), and its delimiter with --delimiter.",
  },
  "input-faults": {
    exit: EXIT.malformed,
    todo: "Mend the named rows and columns in the source, then run `parley dataset check` again. Nothing was written.",
  },
  "filter-invalid": { exit: EXIT.usage, todo: "Write the filter as a DuckDB condition over the input's columns." },
  "dataset-unknown": { exit: EXIT.usage, todo: "Use a dataset name of the contract that your party owns." },
  "dataset-gone": { exit: EXIT.io, todo: "Seal the dataset again; its key is not in this home." },
} as const satisfies Record<string, CodeEntry>
