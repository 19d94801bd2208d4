import { createHash } from "node:crypto"
import type { Column } from "../../../shared/contract/columns.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import { type AnalysisRule, ScalarFunction } from "../../../shared/contract/rule.ts"

type Role = "attribute" | "dimension" | "measure"
const base = (name: string, nullable: boolean) => ({ meaning: name, name, nullable })

export const text = (name: string, domain: readonly string[], nullable = false): Column => ({
  ...base(name, nullable),
  domain: [...domain],
  role: "dimension",
  type: "text",
})

export const whole = (name: string, role: Role, min: number, max: number, nullable = false): Column => ({
  ...base(name, nullable),
  range: { max, min, step: 1 },
  role,
  type: "integer",
})

export const money = (name: string, min: string, max: string, nullable = false): Column => ({
  ...base(name, nullable),
  range: { max, min, step: "0.01" },
  role: "measure",
  scale: 2,
  type: "decimal",
})

export const flag = (name: string): Column => ({ ...base(name, false), role: "dimension", type: "boolean" })

export const day = (name: string, min: string, max: string, nullable = false): Column => ({
  ...base(name, nullable),
  range: { max, min },
  role: "attribute",
  type: "date",
})

export const instant = (name: string, min: string, max: string): Column => ({
  ...base(name, false),
  range: { max: `${max}T23:59:59Z`, min: `${min}T00:00:00Z` },
  role: "attribute",
  type: "timestamp",
})

/** A dataset whose rule allows what its columns can be used for; `over` narrows it. */
export function dataset(
  name: string,
  owner: string,
  maxRowsPerIdentity: number,
  columns: readonly Column[],
  over: Partial<AnalysisRule> = {},
): Dataset {
  const names = columns.map((column) => column.name)
  const measures = columns.filter(({ role }) => role === "measure")
  return {
    columns: [{ meaning: "identity", name: "id", role: "identity", type: "identity" }, ...columns],
    freshness: null,
    lineage: createHash("sha256").update(`${owner}/${name}`).digest().subarray(0, 16).toString("base64url"),
    maxRows: 100_000,
    maxRowsPerIdentity,
    name,
    owner,
    rowFilter: null,
    rule: {
      aggregateColumns: measures.map((column) => ({ column: column.name, functions: ["sum", "avg"] })),
      allowedRecipients: ["agency"],
      dimensionColumns: names,
      dominance: [{ kind: "p-percent", p: 10 }],
      filterColumns: names,
      joinColumns: ["id"],
      joinRequired: [],
      kind: "aggregation",
      limits: { runs: null, versions: null },
      neverCompared: [],
      privacyBudget: null,
      purposes: ["agreed"],
      rounding: { countStep: 1, sumStep: null },
      rowCounts: ["aggregate", "dimension", "filter"],
      scalarFunctions: ScalarFunction.options,
      templates: [],
      threshold: { columns: [], minIdentities: 20, override: null },
      ...over,
    },
    tokenSpec: "identities",
  }
}
