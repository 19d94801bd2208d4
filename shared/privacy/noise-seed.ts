import { expand, extract } from "@noble/hashes/hkdf.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { concat } from "../bytes.ts"
import { ParleyError } from "../errors/index.ts"
import { canonicalBytes } from "../json/canonical.ts"
import type { Proposal } from "../protocol/proposal.ts"
import { taggedHash } from "../signed/kinds.ts"
import { type ByteSource, keyedStream } from "./byte-source.ts"

const SHARE_BYTES = 32

/** Everything that the true answer depends on. */
export interface NoisedRun extends Pick<Proposal, "contract" | "manifests" | "parameters" | "query"> {
  /** Every owner's, with the tokens of the people whom it takes out. */
  readonly optOuts: readonly { readonly owner: string; readonly tokens: readonly string[] }[]
}

/**
 * HKDF-Extract over all owners' shares, in the contract's order of parties, with the digest of the whole run as salt. No
 * owner sees another one's opt-outs, so its share does not depend on them; were they not in here, an owner that keeps
 * its share and changes its opt-outs would get the same noise on other data, and the difference of two results exactly.
 */
export function noiseSeed(run: NoisedRun, shares: readonly Uint8Array[]): Uint8Array {
  if (shares.length === 0 || shares.some(({ length }) => length !== SHARE_BYTES)) {
    throw new ParleyError("grant-invalid", "a noise share of another length")
  }
  const { contract, manifests, optOuts, parameters, query } = run
  const salt = taggedHash("parley/noise/v1", canonicalBytes({ contract, manifests, optOuts, parameters, query }))
  return extract(sha256, concat(...shares), salt)
}

/** One noisy number of one group. */
export interface NoiseCell {
  readonly aggregate: number
  /** The group's dimensions as the result shows them. */
  readonly group: readonly (string | null)[]
  readonly part: "rows" | "value"
}

/** The cell's own stream, whatever other cells there are and in whatever order they are asked for. */
export function cellStream(seed: Uint8Array, { aggregate, group, part }: NoiseCell): ByteSource {
  return keyedStream(subkey(seed, { aggregate, group, part, use: "noise" }))
}

/** The key by which groups of one identity are chosen when it is in too many; the engine sees it, and never the seed. */
export function selectionKey(seed: Uint8Array): Uint8Array {
  return subkey(seed, { use: "groups" })
}

function subkey(seed: Uint8Array, info: object): Uint8Array {
  return expand(sha256, seed, canonicalBytes(info), 32)
}
