import { toHex } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { spendOf } from "../../shared/privacy/spend.ts"
import { taggedHash } from "../../shared/signed/kinds.ts"
import type { Spend } from "./spend.ts"

/** What is about to be granted, and by whom. */
export interface Payer {
  readonly party: string
  /** This party's share of the run's noise; null for whoever approves a grant and does not have it. */
  readonly noiseShare: Uint8Array | null
}

/** One run at one boot. */
export interface PaidRun {
  readonly encryptionKey: string
  readonly manifests: readonly { readonly dataset: string }[]
  readonly proposal: string
  readonly query: string
}

/**
 * What a grant costs the party's own data. Who owns all data of a run decides alone what its noise is: the identical
 * run, which has the identical share, is the identical result, and is paid once. With other owners each boot is paid
 * for: one of them could change its share or opt-outs unseen and, with the host, get fresh noise from every boot.
 */
export function spendsOf(contract: Contract, run: PaidRun, { noiseShare, party }: Payer): Spend[] {
  const read = run.manifests.map(({ dataset }) => dataset)
  const spends = spendOf(contract, run.query, read) ?? []
  const own = contract.datasets.filter(({ name, owner }) => owner === party && read.includes(name))
  const alone = own.length === read.length && noiseShare !== null
  const { encryptionKey, proposal } = run
  const charge = toHex(
    alone
      ? taggedHash("parley/charge-of-run/v1", noiseShare)
      : taggedHash("parley/charge-of-boot/v1", canonicalBytes({ encryptionKey, proposal })),
  )
  return spends
    .filter(({ dataset }) => own.some(({ name }) => name === dataset))
    .map(({ lineage, rho }) => ({ charge, lineage, rho }))
}
