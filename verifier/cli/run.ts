import { type Command, CommanderError } from "commander"
import { EXIT, type ExitCode, ParleyError } from "../../shared/errors/index.ts"

/**
 * Runs a command line to its end. Every failure has a stable code, a sentence, what to do next and an exit code
 * (SPEC.md, "Exit codes"); with `--json` the same is one object on stdout.
 */
export async function runProgram(program: Command, argv: readonly string[]): Promise<void> {
  quietCommander(program)
  try {
    await program.parseAsync([...argv])
  } catch (cause) {
    process.exitCode = reportFailure(cause, argv.includes("--json"))
  }
}

function reportFailure(cause: unknown, asJson: boolean): ExitCode {
  if (cause instanceof CommanderError) return reportCommander(cause, asJson)
  const error =
    cause instanceof ParleyError
      ? cause
      : new ParleyError("internal", cause instanceof Error ? cause.message : "unknown")
  const { code, message, todo, exit } = error
  if (asJson) process.stdout.write(`${JSON.stringify({ error: { code, exit, message, todo } })}\n`)
  else process.stderr.write(`error[${code}]: ${message}\n  what to do: ${todo}\n`)
  if (code === "internal" && cause instanceof Error && process.env.PARLEY_DEBUG === "1") {
    process.stderr.write(`${cause.stack ?? ""}\n`)
  }
  return exit
}

/** Commander has printed help or its complaint already. */
function reportCommander(error: CommanderError, asJson: boolean): ExitCode {
  if (error.exitCode === 0) return EXIT.done
  if (asJson) {
    const { todo } = new ParleyError("usage", "")
    process.stdout.write(
      `${JSON.stringify({ error: { code: "usage", exit: EXIT.usage, message: error.message, todo } })}\n`,
    )
  }
  return EXIT.usage
}

/** Without this, commander ends the process itself, with its own exit code. */
function quietCommander(command: Command): void {
  command.exitOverride().showHelpAfterError("(--help shows how to use this)")
  for (const sub of command.commands) quietCommander(sub)
}
