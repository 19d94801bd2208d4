/** Shows how far long work has come: a bar on a terminal, nothing in a log. */
export interface Progress {
  start(what: string, totalBytes: number): void
  advance(bytes: number): void
  end(): void
}

const WIDTH = 30
const MIB = 1024 * 1024

/** A bar on stderr when it is a terminal. */
export function terminalProgress(quiet: boolean): Progress {
  if (quiet || !process.stderr.isTTY) return { advance() {}, end() {}, start() {} }
  let what = ""
  let total = 1
  let done = 0
  let drawn = 0
  const draw = (): void => {
    const share = Math.min(1, done / Math.max(1, total))
    const bar = "#".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, ".")
    const size = `${(done / MIB).toFixed(0)} of ${(total / MIB).toFixed(0)} MiB`
    process.stderr.write(`\r${what} [${bar}] ${Math.floor(share * 100)} % ${size} `)
  }
  return {
    advance(bytes) {
      done += bytes
      if (Date.now() - drawn < 100) return
      drawn = Date.now()
      draw()
    },
    end() {
      draw()
      process.stderr.write("\n")
    },
    start(name, totalBytes) {
      what = name
      total = totalBytes
      done = 0
    },
  }
}
