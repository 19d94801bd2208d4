import { keyId } from "../../signed/keys.ts"
import type { Contract } from "../contract.ts"
import { partyNames, purposeNames, requireOneOf, requireUnique } from "./require.ts"

/** Names are file names, table names and references: each means one thing. Tables write `-` as `_`. */
export function checkNames(contract: Contract): void {
  const { datasets, parties, queries, terms, tokenSpecs } = contract
  const tables = datasets.map(({ name }) => name.replaceAll("-", "_"))
  const lineages = datasets.map(({ lineage }) => lineage)
  const keys = parties.flatMap(({ card }) => [
    card.accessKey,
    card.resultKey,
    ...card.signingKeys.map(({ jwk }) => jwk),
  ])
  requireUnique("parties", partyNames(contract))
  requireUnique("datasets", tables)
  requireUnique("datasets.lineage", lineages)
  requireUnique("queries", queries.map(nameOf))
  requireUnique("tokenSpecs", tokenSpecs.map(nameOf))
  requireUnique("terms.purposes", purposeNames({ terms }))
  requireUnique("parties.keys", keys.map(keyId))
  for (const { issuer } of tokenSpecs) requireOneOf("tokenSpecs.issuer", issuer, partyNames(contract))
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}
