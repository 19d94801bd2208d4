import { readFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { join } from "node:path"
import { Command } from "commander"
import { ParleyError } from "../../shared/errors/index.ts"
import { type HostConfig, readConfig } from "../config/config.ts"
import type { BootOptions } from "../enclave/boot.ts"
import { sweepBoots } from "../enclave/sweep.ts"
import { hostApp } from "../http/app.ts"
import { type Log, openLog } from "../log/log.ts"
import { RoomRegistry } from "../room/registry.ts"
import { RoomService } from "../room/service.ts"

const TICK_MS = 300

interface Options {
  readonly data: string
  readonly room?: string
  readonly port?: number
  readonly timings?: boolean
  readonly idleStop?: number
}

/** What is served: something that is looked at again and again, and stopped. */
interface Served {
  readonly runs: number
  tick(): Promise<void>
  stop(): Promise<void>
}

/** `parley-host start`: with --room on one room folder, without on HTTP. */
export function startCommand(): Command {
  return new Command("start")
    .description("Serve rooms over HTTP, or with --room one room folder that travels as files.")
    .requiredOption("--data <dir>", "operator's folder, from `parley-host init`")
    .option("--room <dir>", "serve this room folder and nothing else: no network")
    .option("--port <n>", "another port than host.json's; 0 takes a free one and prints it", Number)
    .option("--timings", "print the duration of every phase of a run; it tells the operator more about the data")
    .option("--idle-stop <seconds>", "stop when no run has ended for so long", Number)
    .addHelpText(
      "after",
      "\nExamples:\n  parley-host start --data host-data\n  parley-host start --data host-data --room room",
    )
    .action(start)
}

async function start(options: Options): Promise<void> {
  const log = openLog()
  const boot = { log, root: join(options.data, "root"), timings: options.timings === true }
  const config = await readConfig(options.data)
  await sweepBoots()
  await serve(
    options.room === undefined ? await overHttp(options, config, boot) : new RoomService(options.room, boot),
    options,
    log,
  )
}

/** Rooms over HTTP: the server takes requests while the rooms are looked at. */
async function overHttp({ data, port }: Options, config: HostConfig, boot: BootOptions): Promise<Served> {
  const rooms = new RoomRegistry(data, boot)
  const server = await listen(config, port, hostApp({ config, data, log: boot.log, rooms }))
  const address = server.address()
  const taken = typeof address === "object" && address !== null ? address.port : 0
  process.stdout.write(`SIMULATED enclaves; listening on port ${taken}\n`)
  boot.log.info("host-started", { port: taken, simulated: true })
  return {
    get runs() {
      return rooms.runs
    },
    stop: async () => {
      server.close()
      server.closeIdleConnections()
      await rooms.stop()
    },
    tick: () => rooms.tick(),
  }
}

async function listen(
  { listen: { address, port }, tls }: HostConfig,
  given: number | undefined,
  app: ReturnType<typeof hostApp>,
): Promise<Server> {
  const server =
    tls === null
      ? createServer(app)
      : createTlsServer({ cert: await readFile(tls.certificate), key: await readFile(tls.key) }, app)
  server.headersTimeout = 20_000
  server.requestTimeout = 10 * 60_000
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(new ParleyError("file-io", `cannot listen: ${cause.code}`)),
    )
    server.listen(given ?? port, address, () => resolve(server))
  })
}

/** Looks again and again until told to stop; work under way is finished first. */
async function serve(served: Served, { idleStop }: Options, log: Log): Promise<void> {
  let stopping = false
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => (stopping = true))
  let last = Date.now()
  for (let { runs } = served; !stopping; ) {
    await served.tick().catch((cause: unknown) => {
      log.warn("room-failed", { code: cause instanceof ParleyError ? cause.code : "internal", contract: "" })
    })
    if (served.runs !== runs) last = Date.now()
    runs = served.runs
    if (idleStop !== undefined && Date.now() - last > idleStop * 1000) stopping = true
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  log.info("host-stopping", {})
  await served.stop()
  process.exit(0)
}
