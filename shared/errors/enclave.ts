import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of the query profile, of ingest, engine and gate. */
export const ENCLAVE_CODES = {
  "query-malformed": { exit: EXIT.malformed, todo: "Mend the SQL of the named query; DuckDB does not parse it." },
  "query-refused": {
    exit: EXIT.rejected,
    todo: 'Write the query within the profile (SPEC.md, "Query profile").',
  },
  "query-type": {
    exit: EXIT.rejected,
    todo: "Compare and combine values of one declared type, or convert one with TRY_CAST. Nothing is converted silently.",
  },
  "query-range": {
    exit: EXIT.rejected,
    todo: "Some declared value could overflow here. Narrow the declared range of the column or parameter.",
  },
  "query-rule": {
    exit: EXIT.rejected,
    todo: "The named owner's rule forbids this. Change the query, or agree on a rule that allows it.",
  },
  "query-output": {
    exit: EXIT.rejected,
    todo: "Make the output that the contract declares, the SELECT list and GROUP BY say the same.",
  },
  "query-privacy": {
    exit: EXIT.rejected,
    todo: 'Write the query so that differential privacy can be proven (SPEC.md, "Differential privacy").',
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
