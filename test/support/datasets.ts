import { createHash } from "node:crypto"
import type { Column } from "../../shared/contract/columns.ts"
import type { Dataset } from "../../shared/contract/dataset.ts"

/** A dataset of a test contract: an identity column and the given ones, everything allowed that they can be used for. */
export function testDataset(
  name: string,
  owner: string,
  columns: readonly Column[],
  over: Partial<Dataset> = {},
): Dataset {
  const named = (accept: (column: Column) => boolean) => columns.filter(accept).map((column) => column.name)
  return {
    columns: [{ meaning: "person", name: "id", role: "identity", type: "identity" }, ...columns],
    freshness: null,
    lineage: createHash("sha256").update(`${owner}/${name}`).digest().subarray(0, 16).toString("base64url"),
    maxRows: 20_000_000,
    maxRowsPerIdentity: 1,
    name,
    owner,
    rowFilter: null,
    rule: {
      aggregateColumns: named(({ role }) => role === "measure").map((column) => ({
        column,
        functions: ["sum", "avg"],
      })),
      allowedRecipients: [owner],
      dimensionColumns: named(({ role }) => role === "dimension"),
      dominance: [{ kind: "p-percent", p: 10 }],
      filterColumns: named(() => true),
      joinColumns: ["id"],
      joinRequired: [],
      kind: "aggregation",
      limits: { runs: null, versions: null },
      neverCompared: [],
      privacyBudget: null,
      purposes: ["to-be-agreed"],
      rounding: { countStep: 1, sumStep: null },
      // Sums over a join count the rows of whoever has several.
      rowCounts: (over.maxRowsPerIdentity ?? 1) > 1 ? ["aggregate"] : [],
      scalarFunctions: [],
      templates: [],
      threshold: { columns: [], minIdentities: 50, override: null },
    },
    tokenSpec: "identities",
    ...over,
  }
}

export function integerColumn(
  name: string,
  role: "attribute" | "dimension" | "measure",
  min: number,
  max: number,
): Column {
  return { meaning: name, name, nullable: false, range: { max, min, step: 1 }, role, type: "integer" }
}

export function textColumn(name: string, domain: readonly string[]): Column {
  return { domain: [...domain], meaning: name, name, nullable: false, role: "dimension", type: "text" }
}
