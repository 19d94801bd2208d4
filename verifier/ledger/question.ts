import { toHex, utf8 } from "../../shared/bytes.ts"
import type { Query } from "../../shared/contract/query.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import type { ParameterValues } from "../../shared/protocol/proposal.ts"
import { taggedHash } from "../../shared/signed/kinds.ts"

/** What a run asks, as the ledger books it: a renamed query is the same question, and other values are another one. */
export interface Question {
  readonly parameters: string
  readonly statement: string
}

export function questionOf(query: Query, values: ParameterValues): Question {
  return {
    parameters: toHex(taggedHash("parley/parameters/v1", canonicalBytes(values))),
    statement: toHex(taggedHash("parley/statement/v1", utf8(query.sql))),
  }
}
