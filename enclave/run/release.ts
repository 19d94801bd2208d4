import { type Bytes, toBase64url } from "../../shared/bytes.ts"
import type { StatedPolicy } from "../../shared/contract/effective-policy.ts"
import { type ContractInForce, partyOf } from "../../shared/contract/in-force.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { paddedBytes } from "../../shared/json/padding.ts"
import { spendOf } from "../../shared/privacy/spend.ts"
import type { Receipt } from "../../shared/protocol/receipt.ts"
import { coarseCount, RESULT_TAG, type Result, type SealedResult } from "../../shared/protocol/result.ts"
import { encryptTo } from "../../shared/signed/jwe.ts"
import { commitment } from "../../shared/signed/kinds.ts"
import type { PartyGrant } from "./grants.ts"
import type { DatasetVersion } from "./manifests.ts"
import type { ProposedRun } from "./proposal.ts"

/** Smallest plaintext of a result, in bytes; larger ones are padded to the next power of two. */
const MIN_PADDED_BYTES = 16 * 1024

/** Everything that a receipt states about one run. */
export interface ReleasedRun {
  readonly inForce: ContractInForce
  readonly run: ProposedRun
  readonly versions: readonly DatasetVersion[]
  readonly grants: readonly PartyGrant[]
  readonly policy: StatedPolicy
  /** Null for a private result. */
  readonly groups: { readonly released: number; readonly withheld: number } | null
  readonly engine: Receipt["predicate"]["engine"]
  readonly session: Receipt["predicate"]["session"]
  readonly issuedAt: Date
}

/** The salted commitment to a result: the receipt carries it and is not secret, so a bare digest could be guessed. */
export function commitToResult(result: Result, salt: Uint8Array): string {
  return commitment(RESULT_TAG, salt, canonicalBytes(result))
}

/** Seals the same result to every recipient of the query, padded so that the size tells little. */
export async function sealResult(
  { inForce, run }: Pick<ReleasedRun, "inForce" | "run">,
  result: Result,
  salt: Uint8Array,
): Promise<readonly { readonly recipient: string; readonly jwe: string }[]> {
  const plaintext = padded(result, salt)
  const sealed = run.query.recipients.map(async (recipient) => {
    const { resultKey } = partyOf(inForce.contract, recipient).card
    return { jwe: await encryptTo("result", plaintext, resultKey), recipient }
  })
  try {
    return await Promise.all(sealed)
  } finally {
    plaintext.fill(0)
  }
}

function padded(result: Result, salt: Uint8Array): Bytes {
  const bare: SealedResult = { format: "parley/sealed-result/v1", padding: "", result, salt: toBase64url(salt) }
  return paddedBytes(bare, MIN_PADDED_BYTES)
}

/** The in-toto Statement about one run (SPEC.md, "Receipt"). */
export function receiptOf(released: ReleasedRun, resultCommitment: string): Receipt {
  const { inForce, run, versions, grants, policy, groups, engine, session, issuedAt } = released
  const { abandoned, lastReceipt, parameters, query, sequence } = run.proposal.payload
  return {
    _type: "https://in-toto.io/Statement/v1",
    predicate: {
      abandoned,
      contract: inForce.digest,
      engine,
      grants: grants.map(({ grant, party }) => ({ digest: grant.digest, party })),
      groups:
        groups === null ? null : { released: coarseCount(groups.released), withheld: coarseCount(groups.withheld) },
      issuedAt: `${issuedAt.toISOString().slice(0, 19)}Z`,
      ledgerHeads: grants.map(({ grant, party }) => ({ digest: grant.payload.ledgerHead, party })),
      manifests: versions.map(({ dataset, manifest }) => ({ dataset: dataset.name, digest: manifest.digest })),
      optOuts: grants.flatMap(({ grant, party }) =>
        grant.payload.optOuts === null ? [] : [{ digest: grant.payload.optOuts, party }],
      ),
      parameters,
      policy,
      previous: lastReceipt,
      proposal: run.proposal.digest,
      query,
      recipients: [...run.query.recipients],
      sequence,
      session,
      spend: spendOf(inForce.contract, query, run.plan.datasets),
    },
    predicateType: "https://parley.dev/receipt/v1",
    subject: [{ digest: { sha256: resultCommitment }, name: "result" }],
  }
}
