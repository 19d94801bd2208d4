import { runProgram } from "../support/parley.ts"

/** Tells the story in a terminal and in a log alike: what is done, the command line, and what it printed. */
export class Teller {
  readonly #start = performance.now()

  chapter(title: string): void {
    const seconds = ((performance.now() - this.#start) / 1000).toFixed(0)
    process.stdout.write(`\n== ${title} (${seconds} s)\n`)
  }

  say(line: string): void {
    process.stdout.write(`   ${line}\n`)
  }

  /** Runs `parley` and shows command and output; ends the demo when the exit code is another than expected. */
  async parley(
    args: readonly string[],
    options: { readonly shown?: boolean; readonly exit?: number } = {},
  ): Promise<string> {
    return this.#run("verifier/cli/parley.ts", "parley", args, options)
  }

  async host(args: readonly string[]): Promise<string> {
    return this.#run("host/parley-host.ts", "parley-host", args, {})
  }

  async #run(
    program: string,
    name: string,
    args: readonly string[],
    { exit = 0, shown = true }: { shown?: boolean; exit?: number },
  ) {
    const ran = await runProgram(program, args)
    if (shown) {
      process.stdout.write(`   $ ${name} ${args.filter((_, i) => !hidden(args, i)).join(" ")}\n`)
      for (const line of `${ran.stdout}${ran.stderr}`.trimEnd().split("\n")) process.stdout.write(`     ${line}\n`)
    }
    if (ran.exit !== exit)
      throw new Error(`${name} ${args.join(" ")}: exit ${ran.exit}, expected ${exit}\n${ran.stdout}${ran.stderr}`)
    return ran.stdout
  }
}

/** Homes, rooms and the host's address stand on every line; the story reads better without them. */
const EVERYWHERE = new Set(["--home", "--room", "--host", "--accept-simulated-root"])

function hidden(args: readonly string[], index: number): boolean {
  return EVERYWHERE.has(args[index] ?? "") || EVERYWHERE.has(args[index - 1] ?? "")
}
