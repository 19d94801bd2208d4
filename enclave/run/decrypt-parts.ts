import type { Bytes } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { Timings } from "../session/timings.ts"
import type { DecryptionThread } from "./decryption/thread.ts"
import type { DatasetVersion } from "./manifests.ts"
import { PartyFault } from "./refuse.ts"
import type { StagedPart } from "./staging.ts"

export interface PartsToDecrypt {
  readonly parts: readonly StagedPart[]
  readonly threads: readonly DecryptionThread[]
  /** By dataset name. */
  readonly dataKeys: ReadonlyMap<string, Bytes>
  readonly timings: Timings
  /** Hears of a dataset once the last tag of its every part has been verified, and not before. */
  readonly verified: (version: DatasetVersion) => void
}

/** Decrypts every part where it lies, as many at a time as there are threads. */
export async function decryptParts({ dataKeys, parts, threads, timings, verified }: PartsToDecrypt): Promise<void> {
  const waiting = [...parts]
  const unverified = new Map(parts.map(({ version }) => [version, version.manifest.payload.parts.length]))
  const failures = new Map<StagedPart, unknown>()
  const work = async (thread: DecryptionThread) => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
      const { version } = part
      try {
        await timings.measure("decrypt", () => decryptOne(thread, part, dataKeys.get(version.dataset.name)))
      } catch (cause) {
        failures.set(part, cause)
        waiting.length = 0
        return
      }
      const left = (unverified.get(version) ?? 0) - 1
      unverified.set(version, left)
      if (left === 0 && failures.size === 0) verified(version)
    }
  }
  // Nothing goes on by itself: what comes next after a failure is the wipe.
  await Promise.all(threads.map(work))
  // Parts are begun in their order, so that the first faulty one is always among those that failed.
  const first = parts.find((part) => failures.has(part))
  if (first !== undefined) throw failures.get(first)
}

async function decryptOne(thread: DecryptionThread, part: StagedPart, dataKey: Bytes | undefined): Promise<void> {
  const { index, path, version } = part
  const { parts } = version.manifest.payload
  const named = parts[index]
  if (dataKey === undefined || named === undefined) throw new ParleyError("grant-invalid", "no key for this part")
  const last = index === parts.length - 1
  const job = { bytes: named.bytes, dataKey, headerDigest: version.header, index, last, path }
  await thread.decrypt(job).catch(ownersFault(version, index))
}

/** The ciphertext is the one that its owner signed for, so what does not authenticate is the owner's fault; nothing else is. */
function ownersFault({ dataset: { name, owner } }: DatasetVersion, index: number): (cause: unknown) => never {
  return (cause) => {
    if (!(cause instanceof ParleyError) || !OWNERS_FAULTS.has(cause.code)) throw cause
    throw new PartyFault("dataset-invalid", owner, `${name}, part ${index}: ${cause.code}: ${cause.message}`)
  }
}

const OWNERS_FAULTS: ReadonlySet<string> = new Set(["sealed-not-authentic", "sealed-truncated"])
