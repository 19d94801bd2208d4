import { sha256 } from "@noble/hashes/sha2.js"
import { fromBase64url, toHex } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { keyId } from "../signed/keys.ts"
import type { Column } from "./columns.ts"
import type { Contract } from "./contract.ts"
import type { Dataset } from "./dataset.ts"
import type { ContractParty } from "./party.ts"
import type { Query } from "./query.ts"
import { requireSupported } from "./supported.ts"

/** Fewer identities than this need an override that names who approved it. */
const SMALLEST_WITHOUT_OVERRIDE = 11
/** Digits that DECIMAL(18, s) holds. */
const DECIMAL_DIGITS = 18

/**
 * Checks what a schema cannot say: that a contract's fields agree with each other, and that it asks for nothing that
 * this version does not honour (`contract-feature-unsupported`).
 */
export function checkContract(contract: Contract): void {
  requireSupported(contract)
  checkNames(contract)
  for (const [index, party] of contract.parties.entries()) checkParty(party, `parties.${index}`)
  checkTerms(contract)
  for (const [index, dataset] of contract.datasets.entries()) checkDataset(contract, dataset, `datasets.${index}`)
  for (const [index, query] of contract.queries.entries()) checkQuery(contract, query, `queries.${index}`)
  checkEvidence(contract)
  if (contract.validity.notAfter <= contract.validity.notBefore) throw invalid("validity", "ends before it begins")
}

/** Names are file names, table names and references: each means one thing. Tables write `-` as `_`. */
function checkNames({ datasets, parties, queries, terms, tokenSpecs }: Contract): void {
  requireUnique(
    "parties",
    parties.map(({ card }) => card.name),
  )
  requireUnique(
    "datasets",
    datasets.map(({ name }) => name.replaceAll("-", "_")),
  )
  requireUnique(
    "datasets.lineage",
    datasets.map(({ lineage }) => lineage),
  )
  requireUnique(
    "queries",
    queries.map(({ name }) => name),
  )
  requireUnique(
    "tokenSpecs",
    tokenSpecs.map(({ name }) => name),
  )
  requireUnique(
    "terms.purposes",
    terms.purposes.map(({ name }) => name),
  )
  const keys = parties.flatMap(({ card }) => [
    card.accessKey,
    card.resultKey,
    ...card.signingKeys.map(({ jwk }) => jwk),
  ])
  requireUnique("parties.keys", keys.map(keyId))
  for (const { issuer } of tokenSpecs) requireOneOf("tokenSpecs.issuer", issuer, partyNames({ parties }))
}

/** An approval that asks for more keys than it lists could never be given. */
function checkParty({ approvals, card }: ContractParty, path: string): void {
  const onCard = card.signingKeys.map(({ jwk }) => keyId(jwk))
  for (const what of ["contract", "grant"] as const) {
    const { keys, required } = approvals[what]
    if (required > keys.length) throw invalid(`${path}.approvals.${what}`, "asks for more keys than it lists")
    for (const key of keys) requireOneOf(`${path}.approvals.${what}.keys`, key, onCard)
  }
}

function checkTerms({ parties, terms }: Contract): void {
  requireOneOf("terms.outputOwner", terms.outputOwner, partyNames({ parties }))
  requireOneOf("terms.payer", terms.payer, partyNames({ parties }))
}

function checkDataset(contract: Contract, dataset: Dataset, path: string): void {
  const owner = contract.parties.find(({ card }) => card.name === dataset.owner)
  if (owner?.roles.includes("owner") !== true) throw invalid(`${path}.owner`, "is no party with the role owner")
  requireOneOf(
    `${path}.tokenSpec`,
    dataset.tokenSpec,
    contract.tokenSpecs.map(({ name }) => name),
  )
  requireUnique(
    `${path}.columns`,
    dataset.columns.map(({ name }) => name),
  )
  if (dataset.columns.filter(({ type }) => type === "identity").length !== 1) {
    throw invalid(`${path}.columns`, "exactly one column is the identity")
  }
  for (const [index, column] of dataset.columns.entries()) checkColumn(column, `${path}.columns.${index}`)
  checkRule(contract, dataset, `${path}.rule`)
}

function checkColumn(column: Column, path: string): void {
  if (column.type === "integer")
    requireGrid(path, BigInt(column.range.min), BigInt(column.range.max), BigInt(column.range.step))
  if (column.type === "decimal") {
    const [min, max, step] = [column.range.min, column.range.max, column.range.step].map((text) =>
      units(text, column.scale, path),
    )
    requireGrid(path, min ?? 0n, max ?? 0n, step ?? 0n)
  }
  if ((column.type === "date" || column.type === "timestamp") && column.range.max < column.range.min) {
    throw invalid(`${path}.range`, "ends before it begins")
  }
}

/** A range whose ends are not on its own grid would refuse values that it seems to allow. */
function requireGrid(path: string, min: bigint, max: bigint, step: bigint): void {
  if (step <= 0n) throw invalid(`${path}.range.step`, "is not positive")
  if (max < min) throw invalid(`${path}.range`, "ends before it begins")
  if ((max - min) % step !== 0n) throw invalid(`${path}.range`, "max is not min plus a multiple of step")
}

function units(text: string, scale: number, path: string): bigint {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".")
  if (fraction.length > scale) throw invalid(`${path}.range`, `has more than ${scale} digits after the point`)
  if (whole.length > DECIMAL_DIGITS - scale) throw invalid(`${path}.range`, `does not fit DECIMAL(18, ${scale})`)
  return BigInt(whole + fraction.padEnd(scale, "0")) * (text.startsWith("-") ? -1n : 1n)
}

/** Which role a column must have to be named in which list of the rule. */
function checkRule(contract: Contract, { columns, rule }: Dataset, path: string): void {
  const named = (accept: (column: Column) => boolean) => columns.filter(accept).map(({ name }) => name)
  const dimensions = named((column) => column.role === "dimension")
  const measures = named((column) => column.role === "measure")
  const values = named((column) => column.type !== "identity")
  requireAll(
    `${path}.joinColumns`,
    rule.joinColumns,
    named((column) => column.type === "identity"),
  )
  requireAll(`${path}.dimensionColumns`, rule.dimensionColumns, dimensions)
  requireAll(`${path}.filterColumns`, rule.filterColumns, values)
  requireAll(`${path}.neverCompared`, rule.neverCompared, values)
  requireAll(
    `${path}.aggregateColumns`,
    rule.aggregateColumns.map(({ column }) => column),
    measures,
  )
  requireUnique(
    `${path}.aggregateColumns`,
    rule.aggregateColumns.map(({ column }) => column),
  )
  requireAll(`${path}.allowedRecipients`, rule.allowedRecipients, partyNames(contract))
  requireAll(
    `${path}.joinRequired`,
    rule.joinRequired,
    contract.datasets.map(({ name }) => name),
  )
  requireAll(
    `${path}.purposes`,
    rule.purposes,
    contract.terms.purposes.map(({ name }) => name),
  )
  if (rule.threshold.minIdentities < SMALLEST_WITHOUT_OVERRIDE && rule.threshold.override === null) {
    throw invalid(
      `${path}.threshold`,
      `fewer than ${SMALLEST_WITHOUT_OVERRIDE} identities need an override with a name`,
    )
  }
  const { sumStep } = rule.rounding
  if (sumStep !== null && (sumStep.startsWith("-") || sumStep === "0"))
    throw invalid(`${path}.rounding.sumStep`, "is not positive")
  const scales = columns
    .filter(({ name }) => measures.includes(name))
    .map((column) => (column.type === "decimal" ? column.scale : 0))
  if (sumStep !== null) for (const scale of scales) units(sumStep, scale, `${path}.rounding.sumStep`)
}

function checkQuery(contract: Contract, query: Query, path: string): void {
  const recipients = contract.parties.filter(({ roles }) => roles.includes("recipient")).map(({ card }) => card.name)
  requireAll(`${path}.recipients`, query.recipients, recipients)
  requireOneOf(
    `${path}.purpose`,
    query.purpose,
    contract.terms.purposes.map(({ name }) => name),
  )
  requireUnique(
    `${path}.parameters`,
    query.parameters.map(({ name }) => name),
  )
  requireUnique(
    `${path}.output`,
    query.output.map(({ name }) => name),
  )
  for (const [index, output] of query.output.entries()) {
    if (output.kind === "count") continue
    const dataset = contract.datasets.find(({ name }) => name === output.dataset)
    const column = dataset?.columns.find(({ name }) => name === output.column)
    if (column === undefined) throw invalid(`${path}.output.${index}`, `no column ${output.dataset}.${output.column}`)
  }
  for (const [index, parameter] of query.parameters.entries()) {
    if (parameter.type !== "text" && parameter.type !== "decimal" && parameter.range.max < parameter.range.min) {
      throw invalid(`${path}.parameters.${index}.range`, "ends before it begins")
    }
    if (parameter.type === "decimal") {
      const at = `${path}.parameters.${index}`
      const [min, max] = [parameter.range.min, parameter.range.max].map((text) => units(text, parameter.scale, at))
      requireGrid(at, min ?? 0n, max ?? 0n, 1n)
    }
  }
}

function checkEvidence({ evidence }: Contract): void {
  const { certificate, sha256: digest } = evidence.trustAnchor
  if (toHex(sha256(fromBase64url(certificate))) !== digest) {
    throw invalid("evidence.trustAnchor.sha256", "is not the digest of the certificate")
  }
  const zeros = "0".repeat(96)
  for (const [index, { pcr0, pcr1, pcr2 }] of evidence.images.entries()) {
    if ([pcr0, pcr1, pcr2].includes(zeros)) throw invalid(`evidence.images.${index}`, "zeros are those of debug mode")
  }
}

function partyNames({ parties }: Pick<Contract, "parties">): readonly string[] {
  return parties.map(({ card }) => card.name)
}

function requireUnique(path: string, names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw invalid(path, "the same name or key occurs twice")
}

function requireAll(path: string, names: readonly string[], allowed: readonly string[]): void {
  for (const name of names) requireOneOf(path, name, allowed)
}

function requireOneOf(path: string, name: string, allowed: readonly string[]): void {
  if (!allowed.includes(name)) throw invalid(path, `${name} is not one of: ${allowed.join(", ") || "none"}`)
}

function invalid(path: string, what: string): ParleyError {
  return new ParleyError("contract-invalid", `${path}: ${what}`)
}
