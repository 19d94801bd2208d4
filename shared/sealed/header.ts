import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, concat, toHex, utf8 } from "../bytes.ts"
import type { Contract } from "../contract/contract.ts"
import type { Dataset } from "../contract/dataset.ts"
import { ParleyError } from "../errors/index.ts"
import { canonicalBytes } from "../json/canonical.ts"
import { taggedHash } from "../signed/kinds.ts"

/** What every part of one sealed dataset version is bound to (SPEC.md, "Sealed datasets"). */
export interface DatasetHeader {
  readonly dataset: string
  readonly format: "parley/sealed/v1"
  readonly lineage: string
  readonly owner: string
  readonly schema: string
  readonly tokenSpec: string
  readonly version: number
}

/** The header of a dataset version, from the contract alone: a file has no say in what it is bound to. */
export function datasetHeader(contract: Contract, dataset: Dataset, version: number): DatasetHeader {
  return {
    dataset: dataset.name,
    format: "parley/sealed/v1",
    lineage: dataset.lineage,
    owner: dataset.owner,
    schema: schemaDigest(dataset),
    tokenSpec: tokenSpecDigest(contract, dataset),
    version,
  }
}

/** 32 bytes. */
export function headerDigest(header: DatasetHeader): Bytes {
  return taggedHash("parley/sealed-header/v1", canonicalBytes(header))
}

/** Digest of a dataset's columns, hex. */
export function schemaDigest(dataset: Dataset): string {
  return toHex(taggedHash("parley/schema/v1", canonicalBytes(dataset.columns)))
}

/** Digest of the token spec with its secret's commitment, hex. */
export function tokenSpecDigest(contract: Contract, dataset: Dataset): string {
  const spec = contract.tokenSpecs.find(({ name }) => name === dataset.tokenSpec)
  if (spec === undefined) throw new ParleyError("contract-invalid", `no token spec ${dataset.tokenSpec}`)
  return toHex(taggedHash("parley/token-spec/v1", canonicalBytes(spec)))
}

/** Associated data of one part, 32 bytes: parts cannot be reordered, doubled, left out at the end, or moved elsewhere. */
export function partAssociatedData(header: Uint8Array, part: number, last: boolean): Bytes {
  return taggedHash("parley/part/v1", canonicalBytes({ format: "parley/sealed/v1", header: toHex(header), last, part }))
}

/** HMAC-SHA256(data key, tag || 0x00 || header digest), hex: AES-GCM alone does not commit to its key. */
export function keyCommitment(dataKey: Uint8Array, header: Uint8Array): string {
  return toHex(hmac(sha256, dataKey, concat(utf8("parley/key-commitment/v1"), new Uint8Array(1), header)))
}
