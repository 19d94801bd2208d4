import type { Server } from "node:http"
import type { HostConfig } from "../config/config.ts"
import { hostOrigins, requireOrigins } from "../config/origins.ts"
import type { SupervisorOptions } from "../enclave/supervisor.ts"
import { hostApp } from "../http/app.ts"
import { listen } from "../http/listen.ts"
import { OpenUploads } from "../http/open-uploads.ts"
import { Readiness } from "../http/readiness.ts"
import { RoomRegistry } from "../room/registry.ts"
import { Disk } from "../storage/disk.ts"
import type { Served } from "./served.ts"

const IDLE_MS = 200
const EXPIRE_MS = 10 * 60_000

/** Rooms over HTTP: the server takes requests while the rooms are looked at. */
export async function overHttp(
  data: string,
  given: number | undefined,
  config: HostConfig,
  options: SupervisorOptions,
): Promise<Served> {
  requireOrigins(config)
  const { log } = options
  const rooms = new RoomRegistry(data, options, config.limits.roomsPerParty)
  const readiness = new Readiness(data)
  const disk = new Disk(data, config.limits.reserveBytes)
  await expireUploads(data, config)
  // Known once the port is: no request comes before.
  let origins: ReadonlySet<string> = new Set()
  const app = hostApp({ config, data, disk, log, origins: () => origins, readiness, rooms })
  const server = await listen(config, given ?? config.listen.port, app)
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  origins = hostOrigins(config, port)
  process.stdout.write(`SIMULATED enclaves; listening on port ${port}\n`)
  log.info("host-started", { port, simulated: true })
  return {
    drain: () => readiness.drain(),
    finish: async () => {
      await rooms.finish()
      await requestsEnded(server)
    },
    pauseMs: 300,
    port,
    get rooms() {
      return rooms.status
    },
    get runs() {
      return rooms.runs
    },
    // The port answers until the last run is through: /readyz says meanwhile that nothing more should be sent here.
    stop: async () => {
      readiness.stop()
      await rooms.stop()
      server.close()
      server.closeIdleConnections()
    },
    tick: async () => {
      await rooms.tick()
      await disk.watch(log)
    },
  }
}

/** Takes no connection any more, and waits for the requests under way: the rest of an upload among them. */
function requestsEnded(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => server.closeIdleConnections(), IDLE_MS)
    server.close(() => {
      clearInterval(timer)
      resolve()
    })
  })
}

async function expireUploads(data: string, { limits }: HostConfig): Promise<void> {
  const uploads = new OpenUploads(data, limits.uploadHours)
  await uploads.expire(Date.now())
  setInterval(() => void uploads.expire(Date.now()).catch(() => undefined), EXPIRE_MS).unref()
}
