import { Command, Option } from "commander"
import { EXIT, ParleyError } from "../../../shared/errors/index.ts"
import { homeAt, inHome } from "../home.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"
import { table } from "../table.ts"
import { examine, type Finding } from "./examine.ts"
import { hostChecks } from "./host.ts"
import { machineChecks } from "./machine.ts"
import { homeChecks, roomCheck } from "./party.ts"

interface DoctorOptions {
  readonly home?: string
  readonly room?: string
  readonly host?: string
}

/** `parley doctor`: what on this machine would stop the next command, and what to do about it. */
export function doctorCommand(): Command {
  return homeOption(jsonOption(new Command("doctor")))
    .description("Look at this machine, home, room and host, and say what to do about what is wrong.")
    .addOption(new Option("--room <dir>", "room folder whose contract should be in force").env("PARLEY_ROOM"))
    .addOption(new Option("--host <url>", "host that should answer").env("PARLEY_HOST"))
    .addHelpText("after", "\nExample:\n  parley doctor --room room --host https://parley.example")
    .action(perform(doctor))
}

async function doctor(options: DoctorOptions): Promise<Outcome> {
  const home = homeAt(options.home)
  const findings = await examine([
    ...machineChecks(inHome(home, "tmp")),
    ...homeChecks(home),
    ...(options.room === undefined ? [] : [roomCheck(options.room)]),
    ...(options.host === undefined ? [] : hostChecks(hostUrl(options.host))),
  ])
  const passed = findings.every((finding) => finding.passed)
  return { exit: passed ? EXIT.done : EXIT.rejected, json: { findings, passed }, text: render(findings) }
}

function hostUrl(given: string): URL {
  const url = URL.parse(given)
  if (url === null) throw new ParleyError("usage", "--host is a URL, as in https://parley.example")
  return url
}

function render(findings: readonly Finding[]): string {
  const rows = findings.map(({ check, detail, passed }) => [check, passed ? "ok" : "WRONG", detail])
  const todos = findings.flatMap(({ check, todo }) => (todo === null ? [] : [`${check}: ${todo}`]))
  const advice = todos.length === 0 ? [] : ["", "what to do:", ...todos.map((todo) => `  ${todo}`)]
  return [table(["check", "state", "found"], rows), ...advice].join("\n")
}
