import { readFile } from "node:fs/promises"
import { createServer, type RequestListener, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import type { Socket } from "node:net"
import { ParleyError } from "../../shared/errors/index.ts"
import type { HostConfig } from "../config/config.ts"

/** How often connections are looked at for heads that do not come; Node's own half minute is a long time to sit. */
const LOOK_MS = 1000
const REQUEST_MS = 10 * 60_000

/** Listens as host.json says, within its limits on connections. */
export async function listen(config: HostConfig, port: number, app: RequestListener): Promise<Server> {
  const {
    limits,
    listen: { address },
    tls,
  } = config
  const server =
    tls === null
      ? createServer({ connectionsCheckingInterval: LOOK_MS }, app)
      : createTlsServer(
          { cert: await readFile(tls.certificate), connectionsCheckingInterval: LOOK_MS, key: await readFile(tls.key) },
          app,
        )
  server.headersTimeout = limits.headSeconds * 1000
  server.requestTimeout = REQUEST_MS
  server.maxConnections = limits.connections
  // Behind a proxy all connections are the proxy's own; it has limits of its own.
  if (config.trustedProxies === 0) limitAddresses(server, limits.connectionsPerAddress)
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(new ParleyError("file-io", `cannot listen: ${cause.code}`)),
    )
    server.listen(port, address, () => resolve(server))
  })
}

/** One address that opens connections and says nothing on them would else keep everybody out. */
function limitAddresses(server: Server, most: number): void {
  const open = new Map<string, number>()
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? ""
    const now = (open.get(address) ?? 0) + 1
    open.set(address, now)
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
    if (now > most) socket.destroy()
  })
}
