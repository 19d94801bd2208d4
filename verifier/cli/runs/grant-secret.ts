import { createHmac, randomBytes } from "node:crypto"
import { toBase64url } from "../../../shared/bytes.ts"
import { canonicalBytes, canonicalText } from "../../../shared/json/canonical.ts"
import { paddedBytes } from "../../../shared/json/padding.ts"
import { type Grant, type GrantSecret, MIN_GRANT_SECRET_BYTES, OPT_OUT_TAG } from "../../../shared/protocol/grant.ts"
import type { Proposal } from "../../../shared/protocol/proposal.ts"
import { encryptTo } from "../../../shared/signed/jwe.ts"
import type { PublicJwk } from "../../../shared/signed/keys.ts"
import { commitment } from "../../../shared/signed/kinds.ts"
import type { RoomObject } from "../../room/objects.ts"
import type { SealedRecord } from "../dataset/records.ts"
import { readCapped, writeAtomically } from "../files.ts"
import { type Home, inHome } from "../home.ts"
import { optOutsOf, requireFewOptOuts } from "../optout/list.ts"

/** What an owner wraps for one boot. */
export interface SecretToSeal {
  readonly encryptionKey: PublicJwk
  readonly own: readonly SealedRecord[]
  readonly party: string
  readonly proposal: RoomObject<Proposal>
}

/** Keys, opt-outs and noise share for the attested key alone, and the commitment to the opt-outs; null without data. */
export async function sealSecret(home: Home, sealing: SecretToSeal): Promise<Pick<Grant, "optOuts" | "secret">> {
  const { encryptionKey, own, party, proposal } = sealing
  if (own.length === 0) return { optOuts: null, secret: null }
  const salt = randomBytes(32)
  const optOuts = await allOptOuts(home, own)
  const secret: GrantSecret = {
    contract: proposal.payload.contract,
    format: "parley/grant-secret/v1",
    keys: own.map(({ dataKey, dataset, manifest }) => ({ dataKey, dataset, manifest })),
    noiseShare: await noiseShare(home, proposal.payload, optOuts),
    optOutSalt: toBase64url(salt),
    optOuts: [...optOuts],
    owner: party,
    padding: "",
    proposal: proposal.digest,
  }
  const plaintext = paddedBytes(secret, MIN_GRANT_SECRET_BYTES)
  try {
    const sealed = await encryptTo("grantSecret", plaintext, encryptionKey)
    return { optOuts: commitment(OPT_OUT_TAG, salt, canonicalBytes(optOuts)), secret: sealed }
  } finally {
    plaintext.fill(0)
  }
}

/** HMAC(noise key, contract, query, parameters, manifests, opt-outs): the identical run has the identical share. */
async function noiseShare(
  home: Home,
  { contract, manifests, parameters, query }: Proposal,
  optOuts: readonly string[],
): Promise<string> {
  const path = inHome(home, "noise-key")
  const key = (await readCapped(path, 32)) ?? new Uint8Array(randomBytes(32))
  await writeAtomically(path, key, 0o600)
  const run = canonicalText({ contract, manifests, optOuts, parameters, query })
  return toBase64url(createHmac("sha256", key).update(run).digest())
}

async function allOptOuts(home: Home, own: readonly SealedRecord[]): Promise<readonly string[]> {
  const lists = await Promise.all(own.map(({ lineage }) => optOutsOf(home, lineage)))
  const all = [...new Set(lists.flat())].sort()
  requireFewOptOuts(all.length)
  return all
}
