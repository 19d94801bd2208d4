import { toHex, utf8 } from "../bytes.ts"
import type { Query } from "../contract/query.ts"
import { canonicalText } from "../json/canonical.ts"
import { taggedHash } from "../signed/kinds.ts"

/** What a rule of kind `template` lists: the digest of a query with everything that it declares. */
export function queryDigest(query: Query): string {
  return toHex(taggedHash("parley/query/v1", utf8(canonicalText(query))))
}
