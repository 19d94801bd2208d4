import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of the query profile, of ingest, engine and gate. */
export const ENCLAVE_CODES = {
  "query-malformed": { exit: EXIT.malformed, todo: "Mend the SQL of the named query; DuckDB does not parse it." },
  "query-refused": {
    exit: EXIT.rejected,
    todo: 'Write the query within the profile (SPEC.md, "Query profile"), or agree on a rule that allows it.',
  },
  "parameter-invalid": { exit: EXIT.rejected, todo: "Give every declared parameter a value of its type and range." },
  "dataset-invalid": {
    exit: EXIT.rejected,
    todo: "The sealed data does not fit the contract. Its owner runs `parley dataset check` and seals again.",
  },
  "engine-failed": {
    exit: EXIT.internal,
    todo: "The engine ended without a result. Run it again in the next sequence.",
  },
  "gate-refused": {
    exit: EXIT.rejected,
    todo: "The engine's output is not what the query can produce. Nothing was released.",
  },
} as const satisfies Record<string, CodeEntry>
