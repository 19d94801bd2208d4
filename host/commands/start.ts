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
import { OpenUploads } from "../http/open-uploads.ts"
import { Readiness } from "../http/readiness.ts"
import { type Log, openLog } from "../log/log.ts"
import { RoomRegistry } from "../room/registry.ts"
import { RoomService } from "../room/service.ts"
import { type RoomStatus, StatusFile } from "../status/status-file.ts"

const TICK_MS = 300
const EXPIRE_MS = 10 * 60_000

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
  /** Null when there is no network. */
  readonly port: number | null
  readonly rooms: readonly RoomStatus[]
  tick(): Promise<void>
  stop(): Promise<void>
}

/** `parley-host start`: with --room on one room folder, without on HTTP. */
export function startCommand(): Command {
  return new Command("start")
    .description("Serve rooms over HTTP, or with --room one room folder that travels as files.")
    .requiredOption("--data <dir>", "operator's folder, from `parley-host init`")
    .option("--room <dir>", "serve this room folder and nothing else: no network")
    .option("--port <n>", "another port than host.json's; 0 takes a free one and prints it", wholeNumber(65_535))
    .option("--timings", "print the duration of every phase of a run; it tells the operator more about the data")
    .option("--idle-stop <seconds>", "stop when no run has ended for so long", wholeNumber(10 ** 9))
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
    options.room === undefined ? await overHttp(options, config, boot) : onFolder(options.room, boot),
    options,
    log,
  )
}

/** One room folder, and no network. */
function onFolder(folder: string, boot: BootOptions): Served {
  const service = new RoomService(folder, boot)
  return {
    port: null,
    get rooms() {
      return [service.status]
    },
    get runs() {
      return service.runs
    },
    stop: () => service.stop(),
    tick: () => service.tick(),
  }
}

/** Rooms over HTTP: the server takes requests while the rooms are looked at. */
async function overHttp({ data, port }: Options, config: HostConfig, boot: BootOptions): Promise<Served> {
  const rooms = new RoomRegistry(data, boot, config.limits.roomsPerParty)
  const readiness = new Readiness(data)
  const uploads = new OpenUploads(data, config.limits.uploadHours)
  await uploads.expire(Date.now())
  setInterval(() => void uploads.expire(Date.now()).catch(() => undefined), EXPIRE_MS).unref()
  const server = await listen(config, port, hostApp({ config, data, log: boot.log, readiness, rooms }))
  const address = server.address()
  const taken = typeof address === "object" && address !== null ? address.port : 0
  process.stdout.write(`SIMULATED enclaves; listening on port ${taken}\n`)
  boot.log.info("host-started", { port: taken, simulated: true })
  return {
    port: taken,
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
async function serve(served: Served, { data, idleStop }: Options, log: Log): Promise<void> {
  let stopping = false
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => (stopping = true))
  const status = new StatusFile(data, served.port)
  const publish = setInterval(() => void status.publish(served.rooms), TICK_MS)
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
  clearInterval(publish)
  await status.remove()
  process.exit(0)
}

/** `Number` alone takes "x" for NaN: a port of none, and an idle time that never ends. */
function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d{1,12}$/.test(text) && number <= most) return number
    throw new ParleyError("usage", `expected a whole number from 0 to ${most}`)
  }
}
