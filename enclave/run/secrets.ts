import { type Bytes, equalBytes, fromBase64url, fromHex } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseCanonical } from "../../shared/json/canonical.ts"
import { GrantSecret, MAX_GRANT_SECRET_BYTES } from "../../shared/protocol/grant.ts"
import { optOutCommitment } from "../../shared/protocol/opt-outs.ts"
import { keyCommitment } from "../../shared/sealed/header.ts"
import { decryptFrom } from "../../shared/signed/jwe.ts"
import type { OptOuts } from "../ingest/ingest.ts"
import type { Boot } from "../session/boot.ts"
import type { ApprovedRun } from "./approve.ts"
import type { PartyGrant } from "./grants.ts"
import type { DatasetVersion } from "./manifests.ts"
import { PartyFault } from "./refuse.ts"
import { requireSeenOpened, type ToldOptOuts } from "./seen-opt-outs.ts"

/** What one owner's grant opens: data keys by dataset name, whom the owner takes out, and its share of the noise. */
export interface OwnerSecret extends OptOuts, ToldOptOuts {
  readonly dataKeys: ReadonlyMap<string, Bytes>
  /** What the noise of a private result is derived from, together with every other owner's. */
  readonly noiseShare: Bytes
}

/** Opens every owner's secret. On a fault the keys that were opened before it are forgotten at once. */
export async function openSecrets(boot: Boot, { grants, versions }: ApprovedRun): Promise<readonly OwnerSecret[]> {
  const opened: OwnerSecret[] = []
  try {
    for (const grant of grants) {
      const secret = await openSecret(grant, versions, boot.keys.encryption.key).catch(partyFault(grant.party))
      if (secret !== null) opened.push(secret)
    }
    await requireSeenOpened(grants, opened)
    return opened
  } catch (cause) {
    for (const secret of opened) forget(secret)
    throw cause
  }
}

/** Nothing of an owner's keys stays in memory. */
export function forget({ dataKeys, noiseShare }: OwnerSecret): void {
  for (const key of dataKeys.values()) key.fill(0)
  noiseShare.fill(0)
}

function partyFault(party: string): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof ParleyError)) throw cause
    throw new PartyFault("grant-invalid", party, `${cause.code}: ${cause.message}`)
  }
}

/**
 * Opens an owner's grant secret. Its plaintext repeats owner, contract, proposal and manifests: a wrapped key copied
 * into another party's grant, or from another run, is refused.
 */
async function openSecret(
  { grant, party }: PartyGrant,
  versions: readonly DatasetVersion[],
  key: CryptoKey,
): Promise<OwnerSecret | null> {
  const { secret, contract, proposal, optOuts } = grant.payload
  if (secret === null) return null
  const plaintext = await decryptFrom("grantSecret", secret, key)
  try {
    const opened = parseCanonical(plaintext, GrantSecret, MAX_GRANT_SECRET_BYTES)
    if (opened.owner !== party || opened.contract !== contract || opened.proposal !== proposal) {
      throw new ParleyError("grant-invalid", `${party}: the wrapped keys were made for another grant`)
    }
    const takenOut = openOptOuts(party, opened, optOuts)
    const own = versions.filter(({ dataset }) => dataset.owner === party)
    const noiseShare = fromBase64url(opened.noiseShare)
    const history = { earlierOptOuts: opened.earlierOptOuts, optOutSteps: opened.optOutSteps, optOuts: opened.optOuts }
    const told = { committed: optOuts, history, owner: party }
    return { ...takenOut, ...told, dataKeys: openKeys(party, opened, own), noiseShare }
  } finally {
    plaintext.fill(0)
  }
}

function openKeys(party: string, secret: GrantSecret, own: readonly DatasetVersion[]): ReadonlyMap<string, Bytes> {
  if (secret.keys.length !== own.length) throw new ParleyError("grant-invalid", `${party}: not one key per dataset`)
  const opened = new Map<string, Bytes>()
  try {
    for (const version of own) opened.set(version.dataset.name, openKey(party, secret, version))
    return opened
  } catch (cause) {
    for (const key of opened.values()) key.fill(0)
    throw cause
  }
}

/** AES-GCM does not commit to its key: one ciphertext could hold two data sets, were it not for this check. */
function openKey(party: string, secret: GrantSecret, { dataset, manifest, header }: DatasetVersion): Bytes {
  const entry = secret.keys.find((key) => key.dataset === dataset.name && key.manifest === manifest.digest)
  if (entry === undefined) throw new ParleyError("grant-invalid", `${party}: no key for the proposed ${dataset.name}`)
  const dataKey = fromBase64url(entry.dataKey)
  if (equalBytes(fromHex(keyCommitment(dataKey, header)), fromHex(manifest.payload.keyCommitment))) return dataKey
  dataKey.fill(0)
  throw new ParleyError("manifest-mismatch", `${party}: the key is not the one that the manifest commits to`)
}

/** Whom the owner takes out: the list that its grant commits to, and since when. */
function openOptOuts(party: string, secret: GrantSecret, committed: string | null): OptOuts {
  const sorted = [...new Set(secret.optOuts)].sort()
  const listed = sorted.length === secret.optOuts.length && sorted.every((token, i) => token === secret.optOuts[i])
  const salt = fromBase64url(secret.optOutSalt)
  if (!listed || optOutCommitment(salt, sorted) !== committed) {
    throw new ParleyError("grant-invalid", `${party}: the opt-out list is not the one that the grant commits to`)
  }
  const { optOutSteps, optOuts } = secret
  if (optOutSteps.length !== optOuts.length) throw new ParleyError("grant-invalid", `${party}: not a step per opt-out`)
  const steps = optOuts.map((token, index) => ({ step: optOutSteps[index] ?? 0, token }))
  return { newOptOuts: steps.filter(({ step }) => step > 0), optOuts }
}
