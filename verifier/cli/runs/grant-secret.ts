import { createHmac } from "node:crypto"
import { toBase64url } from "../../../shared/bytes.ts"
import { canonicalText } from "../../../shared/json/canonical.ts"
import { paddedBytes } from "../../../shared/json/padding.ts"
import { type Grant, type GrantSecret, MIN_GRANT_SECRET_BYTES } from "../../../shared/protocol/grant.ts"
import { optOutCommitment } from "../../../shared/protocol/opt-outs.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import { encryptTo } from "../../../shared/signed/jwe.ts"
import type { PublicJwk } from "../../../shared/signed/keys.ts"
import type { RoomObject } from "../../room/objects.ts"
import { noiseKey } from "../budget/noise-key.ts"
import type { SealedRecord } from "../dataset/records.ts"
import type { Home } from "../home.ts"
import { putInForce } from "../optout/in-force.ts"

/** What an owner wraps for one boot. */
export interface SecretToSeal {
  readonly encryptionKey: PublicJwk
  readonly own: readonly SealedRecord[]
  readonly party: string
  readonly proposal: RoomObject<Proposal>
  /** This party's opt-out commitments over the same data that receipts show. */
  readonly shown: readonly string[]
}

/** What goes into the grant, null without data; and the share of the noise, by which it is paid for. */
export interface SealedSecret {
  readonly sealed: Pick<Grant, "optOuts" | "secret">
  readonly noiseShare: Uint8Array | null
}

/** Keys, opt-outs and noise share for the attested key alone, and the commitment to the opt-outs. */
export async function sealSecret(home: Home, sealing: SecretToSeal): Promise<SealedSecret> {
  const { encryptionKey, own, party, proposal, shown } = sealing
  if (own.length === 0) return { noiseShare: null, sealed: { optOuts: null, secret: null } }
  const lineages = own.map(({ lineage }) => lineage)
  const { salt, ...history } = await putInForce(home, lineages, shown)
  const share = await noiseShare(home, proposal.payload, history.optOuts)
  const secret: GrantSecret = {
    ...history,
    contract: proposal.payload.contract,
    format: "parley/grant-secret/v1",
    keys: own.map(({ dataKey, dataset, manifest }) => ({ dataKey, dataset, manifest })),
    noiseShare: toBase64url(share),
    optOutSalt: toBase64url(salt),
    owner: party,
    padding: "",
    proposal: proposal.digest,
  }
  const plaintext = paddedBytes(secret, MIN_GRANT_SECRET_BYTES)
  try {
    const jwe = await encryptTo("grantSecret", plaintext, encryptionKey)
    const committed = optOutCommitment(salt, history.optOuts)
    return { noiseShare: share, sealed: { optOuts: committed, secret: jwe } }
  } finally {
    plaintext.fill(0)
  }
}

/** HMAC(noise key, contract, query, parameters, manifests, opt-outs): the identical run has the identical share. */
async function noiseShare(
  home: Home,
  { contract, manifests, parameters, query }: Proposal,
  optOuts: readonly string[],
): Promise<Uint8Array> {
  const run = canonicalText({ contract, manifests, optOuts, parameters, query })
  return new Uint8Array(
    createHmac("sha256", await noiseKey(home))
      .update(run)
      .digest(),
  )
}
