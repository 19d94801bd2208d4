import type { SupervisorOptions } from "../enclave/supervisor.ts"
import { RoomService } from "../room/service.ts"
import { failureCode } from "../storage/disk-full.ts"
import type { Served } from "./served.ts"

/** One room folder, and no network. */
export function onFolder(folder: string, options: SupervisorOptions): Served {
  const service = new RoomService(folder, options)
  const failed = (cause: unknown) => options.log.warn("room-failed", { code: failureCode(cause), contract: "" })
  return {
    // A folder takes what anybody puts into it; what is not granted by now is not run.
    drain: () => undefined,
    finish: () => service.finish().catch(failed),
    pauseMs: 100,
    port: null,
    get rooms() {
      return [service.status]
    },
    get runs() {
      return service.runs
    },
    stop: () => service.stop(),
    // Not waited for: a nonce must not wait for a run.
    tick: async () => {
      service.tick().catch(failed)
    },
  }
}
