import { createInterface } from "node:readline"

/**
 * Runs `parley` once for every line of standard input, a JSON array of arguments, and answers each with a line
 * {exit, stdout}. It is the command line's own main module that runs, evaluated anew each time; only the start of a
 * process is saved.
 */
const MAIN = new URL("../../verifier/cli/parley.ts", import.meta.url)
const write = process.stdout.write.bind(process.stdout)

let count = 0
for await (const line of createInterface({ input: process.stdin })) {
  write(`${JSON.stringify(await runOnce(JSON.parse(line) as readonly string[]))}\n`)
}

async function runOnce(args: readonly string[]): Promise<{ readonly exit: number; readonly stdout: string }> {
  const printed: string[] = []
  process.stdout.write = (chunk: string | Uint8Array) => printed.push(String(chunk)) > 0
  process.argv = [process.execPath, MAIN.pathname, ...args]
  process.exitCode = 0
  await import(`${MAIN.href}?run=${count++}`)
  const exit = Number(process.exitCode ?? 0)
  process.stdout.write = write
  process.exitCode = 0
  return { exit, stdout: printed.join("") }
}
