import { availableParallelism } from "node:os"
import { startEngine } from "../engine/engine.ts"
import { startIngest } from "../ingest/ingest.ts"
import type { WaitingChild } from "../process/child.ts"
import { type DecryptionThread, startDecryption } from "./decryption/thread.ts"
import type { DatasetVersion } from "./manifests.ts"

/** What a run works with, started before there is anything to do: one process per dataset, one engine, threads. */
export interface RunProcesses {
  readonly decryption: readonly DecryptionThread[]
  /** By dataset name; each sees that dataset alone. */
  readonly ingest: ReadonlyMap<string, WaitingChild>
  readonly engine: WaitingChild
  /** Whether all of them run. */
  readonly alive: boolean
  /** Ends all of them, whatever they do, and waits until they are gone: they could write into a folder that is removed. */
  end(): Promise<void>
}

export function startProcesses(versions: readonly DatasetVersion[]): RunProcesses {
  const ending = new AbortController()
  try {
    return started(versions, ending)
  } catch (cause) {
    ending.abort()
    throw cause
  }
}

function started(versions: readonly DatasetVersion[], ending: AbortController): RunProcesses {
  const { signal } = ending
  const parts = versions.reduce((sum, { manifest }) => sum + manifest.payload.parts.length, 0)
  const threads = Math.min(parts, availableParallelism())
  const decryption = Array.from({ length: threads }, () => startDecryption(signal))
  const engine = startEngine(signal)
  const ingest = new Map(versions.map(({ dataset }) => [dataset.name, startIngest(signal)] as const))
  const all = [...decryption, engine, ...ingest.values()]
  return {
    get alive() {
      return all.every(({ alive }) => alive)
    },
    decryption,
    end: async () => {
      ending.abort()
      await Promise.all(all.map(({ ended }) => ended))
    },
    engine,
    ingest,
  }
}
