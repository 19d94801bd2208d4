import type { Receipt } from "../../shared/protocol/receipt.ts"

/** What computes, as the receipt states it. The image's measurement fixes the same; a test compares with the packages. */
export const ENGINE_VERSIONS: Receipt["predicate"]["engine"] = {
  duckdb: "1.5.6",
  node: process.versions.node,
  parley: "0.1.0",
}
