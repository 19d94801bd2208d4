import { join } from "node:path"
import { Command } from "commander"
import { readConfig } from "../config/config.ts"
import { sweepBoots } from "../enclave/sweep.ts"
import { openLog } from "../log/log.ts"
import { onFolder } from "../serve/on-folder.ts"
import { overHttp } from "../serve/over-http.ts"
import { serve } from "../serve/served.ts"
import { wholeNumber } from "./whole-number.ts"

interface Options {
  readonly data: string
  readonly room?: string
  readonly port?: number
  readonly timings?: boolean
  readonly idleStop?: number
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

async function start({ data, idleStop, port, room, timings }: Options): Promise<void> {
  const log = openLog()
  const config = await readConfig(data)
  const silenceMs = config.limits.enclaveSilenceSeconds * 1000
  const options = { log, root: join(data, "root"), silenceMs, timings: timings === true }
  await sweepBoots()
  const served = room === undefined ? await overHttp(data, port, config, options) : onFolder(room, options)
  await serve(served, { data, idleStop, log })
}
