import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import * as z from "zod"

/** What a program prints that went through a manifest: how many it accepted in all its rounds, how long that took. */
const Result = z.object({
  accepted: z.int(),
  milliseconds: z.number(),
  /** Of the processor, in all threads: what counts on a machine that others use too. */
  processor: z.number(),
  refused: z.array(z.string()),
})
type Result = z.infer<typeof Result>

/** A program of its own, so that nobody's warm cache or garbage is another one's. */
export interface Contender {
  readonly name: string
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** What it leaves out, for the table. */
  readonly skips: string
}

const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url))

/** A part of this benchmark as a program. */
export function ownContender(
  name: string,
  role: string,
  skips: string,
  environment: Readonly<Record<string, string>> = {},
): Contender {
  return { command: [process.execPath, MAIN, role], environment, name, skips }
}

export function runContender({ command, environment, name }: Contender, manifest: string, rounds: number): Result {
  const [program = "", ...args] = command
  const env = { ...process.env, ...environment }
  const { status, stderr, stdout } = spawnSync(program, [...args, manifest, String(rounds)], { encoding: "utf8", env })
  if (status !== 0) throw new Error(`${name} ends with ${status}: ${stderr.slice(0, 400)}`)
  return Result.parse(JSON.parse(stdout))
}

/** Times the work, and prints the result for `runContender`. */
export async function report(refused: readonly string[], work: () => Promise<number>): Promise<void> {
  const [processor, start] = [process.cpuUsage(), performance.now()]
  const accepted = await work()
  const milliseconds = performance.now() - start
  const { system, user } = process.cpuUsage(processor)
  const result: Result = { accepted, milliseconds, processor: (system + user) / 1000, refused: [...refused] }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
