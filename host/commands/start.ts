import { join } from "node:path"
import { Command } from "commander"
import { ParleyError } from "../../shared/errors/index.ts"
import { type Log, openLog } from "../log/log.ts"
import { RoomService } from "../room/service.ts"

const TICK_MS = 300

interface Options {
  readonly data: string
  readonly room?: string
  readonly timings?: boolean
  readonly idleStop?: number
}

/** `parley-host start`: with --room on one room folder, without on HTTP. */
export function startCommand(): Command {
  return new Command("start")
    .description("Serve rooms over HTTP, or with --room one room folder that travels as files.")
    .requiredOption("--data <dir>", "operator's folder, from `parley-host init`")
    .option("--room <dir>", "serve this room folder and nothing else: no network")
    .option("--timings", "print the duration of every phase of a run; it tells the operator more about the data")
    .option("--idle-stop <seconds>", "stop when nothing has happened for so long", Number)
    .addHelpText(
      "after",
      "\nExamples:\n  parley-host start --data host-data\n  parley-host start --data host-data --room room",
    )
    .action(start)
}

async function start(options: Options): Promise<void> {
  const log = openLog()
  const boot = { log, root: join(options.data, "root"), timings: options.timings === true }
  if (options.room !== undefined) return serveFolder(new RoomService(options.room, boot), options, log)
  throw new ParleyError("usage", "give --room: this host does not serve HTTP yet")
}

/** Looks at the room again and again until it is told to stop. */
async function serveFolder(service: RoomService, { idleStop }: Options, log: Log): Promise<void> {
  let stopping = false
  process.once("SIGTERM", () => (stopping = true))
  process.once("SIGINT", () => (stopping = true))
  let last = Date.now()
  for (let runs = service.runs; !stopping; ) {
    await service.tick().catch((cause: unknown) => {
      log.warn("room-failed", { code: cause instanceof ParleyError ? cause.code : "internal", contract: "" })
    })
    if (service.runs !== runs) last = Date.now()
    runs = service.runs
    if (idleStop !== undefined && Date.now() - last > idleStop * 1000) stopping = true
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  log.info("host-stopping", {})
  await service.stop()
  process.exit(0)
}
