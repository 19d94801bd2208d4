import { type Command, Option } from "commander"
import type { ExitCode } from "../../shared/errors/index.ts"

/** What a command says when it is done: an object for scripts, text for people, and how the process ends (0 unless given). */
export interface Outcome {
  readonly json: object
  readonly text: string
  readonly exit?: ExitCode
}

/** Adds `--json`; every command has it. */
export function jsonOption(command: Command): Command {
  return command.addOption(new Option("--json", "print one JSON object on stdout, for scripts"))
}

/** Wraps a command's work: prints its outcome in the form that was asked for and sets the exit code. */
export function perform<A extends unknown[]>(work: (...args: A) => Promise<Outcome>): (...args: A) => Promise<void> {
  return async (...args) => {
    const outcome = await work(...args)
    const command = args.at(-1) as Command
    const asJson = command.optsWithGlobals().json === true
    process.stdout.write(asJson ? `${JSON.stringify(outcome.json)}\n` : ensureNewline(outcome.text))
    process.exitCode = outcome.exit ?? 0
  }
}

function ensureNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`
}
