import { setTimeout as sleep } from "node:timers/promises"
import type { Log } from "../log/log.ts"
import { type HostState, type RoomStatus, StatusFile } from "../status/status-file.ts"
import { failureCode } from "../storage/disk-full.ts"

const PUBLISH_MS = 300
/** `parley-host drain` sends it to the running host. */
export const DRAIN_SIGNAL = "SIGUSR2"

/** What is served: something that is looked at again and again, and stopped. */
export interface Served {
  readonly runs: number
  /** Null when there is no network. */
  readonly port: number | null
  readonly rooms: readonly RoomStatus[]
  /** Pause between two looks, in milliseconds: short where nothing tells of a change. */
  readonly pauseMs: number
  tick(): Promise<void>
  /** Takes nothing new any more. */
  drain(): void
  /** Runs what is granted by now. */
  finish(): Promise<void>
  stop(): Promise<void>
}

export interface ServeOptions {
  readonly data: string
  /** Seconds without a run after which the host stops. */
  readonly idleStop: number | undefined
  readonly log: Log
}

/** Looks again and again until told to drain or to stop; work under way is finished first. */
export async function serve(served: Served, { data, idleStop, log }: ServeOptions): Promise<void> {
  let state: HostState = "serving"
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => (state = "stopping"))
  process.on(DRAIN_SIGNAL, () => {
    if (state === "serving") state = "draining"
  })
  const status = new StatusFile(data, served.port)
  const publish = setInterval(() => void status.publish(served.rooms, state), PUBLISH_MS)
  const now = () => state
  const idle = idleAfter(served, idleStop)
  while (now() === "serving") {
    await served.tick().catch((cause: unknown) => log.warn("room-failed", { code: failureCode(cause), contract: "" }))
    if (idle()) state = "stopping"
    await sleep(served.pauseMs)
  }
  if (now() === "draining") {
    log.info("host-draining", {})
    served.drain()
    await Promise.race([served.finish(), stopping(now)])
    state = "stopping"
  }
  log.info("host-stopping", {})
  await served.stop()
  clearInterval(publish)
  await status.remove()
  process.exit(0)
}

/** A host that drains may still be told to stop at once. */
async function stopping(now: () => HostState): Promise<void> {
  while (now() !== "stopping") await sleep(PUBLISH_MS)
}

/** Whether no run has ended for so many seconds. */
function idleAfter(served: Served, seconds: number | undefined): () => boolean {
  let { runs } = served
  let last = performance.now()
  return () => {
    if (served.runs !== runs) last = performance.now()
    runs = served.runs
    return seconds !== undefined && performance.now() - last > seconds * 1000
  }
}
