import { setTimeout as sleep } from "node:timers/promises"
import { Command } from "commander"
import { EXIT } from "../../shared/errors/index.ts"
import { jsonOption, type Outcome, perform } from "../../verifier/cli/outcome.ts"
import { DRAIN_SIGNAL } from "../serve/served.ts"
import { readStatus } from "../status/status-file.ts"
import { wholeNumber } from "./whole-number.ts"

const POLL_MS = 200
const SHOWN = 16

/** `parley-host drain`: stops the running host once what every party has granted is through. */
export function drainCommand(): Command {
  return jsonOption(new Command("drain"))
    .description("Have the running host take nothing new, run what every party has granted by now, and stop.")
    .requiredOption("--data <dir>", "operator's folder")
    .option(
      "--timeout <seconds>",
      "how long to wait for it; exit 41 when it still runs then",
      wholeNumber(10 ** 6),
      600,
    )
    .addHelpText(
      "after",
      "\nProposals, uploads, rooms and nonces are refused with host-draining meanwhile; grants and results are not.\n" +
        "\nExample:\n  parley-host drain --data host-data",
    )
    .action(perform(drain))
}

async function drain({ data, timeout }: { data: string; timeout: number }): Promise<Outcome> {
  const running = await readStatus(data)
  if (running === null) return { json: { drained: true, wasRunning: false }, text: "not running" }
  process.kill(running.pid, DRAIN_SIGNAL)
  for (const end = performance.now() + timeout * 1000; performance.now() < end; ) {
    if ((await readStatus(data)) === null)
      return { json: { drained: true, wasRunning: true }, text: "drained and stopped" }
    await sleep(POLL_MS)
  }
  const held = (await readStatus(data))?.rooms.filter(({ heldResult }) => heldResult) ?? []
  const waits = held
    .map(({ contract }) => `\nthe disk has no room for a result of ${contract.slice(0, SHOWN)}`)
    .join("")
  return {
    exit: EXIT.waiting,
    json: { drained: false, heldResults: held.map(({ contract }) => contract), pid: running.pid, wasRunning: true },
    text: `process ${running.pid} still drains; see \`parley-host status --data ${data}\`${waits}`,
  }
}
