/** Shows how far long work has come: a bar or a running clock on a terminal, one line for each phase in a log. */
export interface Progress {
  start(what: string, totalBytes: number): void
  advance(bytes: number): void
  end(): void
  /** Work in one piece: its name, the time that it has taken, and its share where that is known (otherwise below 0). */
  phase<T>(name: string, work: () => Promise<T>, percent?: () => number): Promise<T>
}

/** Where progress is shown; stderr, so that stdout holds the outcome alone. */
export interface ProgressStream {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const WIDTH = 30
const MIB = 1024 * 1024
const TICK_MS = 250
/** Wider than what a clock has drawn. */
const CLEARED = 40
const SPINNER = ["|", "/", "-", "\\"]

export function terminalProgress(quiet: boolean, stream: ProgressStream = process.stderr): Progress {
  if (quiet) return silent
  return stream.isTTY === true ? onTerminal(stream) : inLog(stream)
}

const silent: Progress = { advance() {}, end() {}, phase: (_name, work) => work(), start() {} }

function inLog(stream: ProgressStream): Progress {
  return {
    ...silent,
    phase(name, work) {
      stream.write(`${name}\n`)
      return work()
    },
    start(name, totalBytes) {
      stream.write(`${name} ${mebibytes(totalBytes)} MiB\n`)
    },
  }
}

function onTerminal(stream: ProgressStream): Progress {
  return { ...byteBar(stream), phase: (name, work, percent) => clocked(stream, name, work, percent) }
}

async function clocked<T>(
  stream: ProgressStream,
  name: string,
  work: () => Promise<T>,
  percent: () => number = () => -1,
): Promise<T> {
  const began = Date.now()
  let ticks = 0
  const draw = (): void => {
    const share = percent()
    const known = share < 0 ? "" : `${Math.floor(share)} % `
    stream.write(`\r${name} ${SPINNER[ticks++ % SPINNER.length]} ${known}${seconds(began)} s   `)
  }
  draw()
  const timer = setInterval(draw, TICK_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
    const last = `\r${name} ${seconds(began)} s`
    stream.write(`${last.padEnd(CLEARED)}\n`)
  }
}

function byteBar(stream: ProgressStream): Omit<Progress, "phase"> {
  let what = ""
  let total = 1
  let done = 0
  let drawn = 0
  const draw = (): void => {
    const share = Math.min(1, done / Math.max(1, total))
    const bar = "#".repeat(Math.round(share * WIDTH)).padEnd(WIDTH, ".")
    const size = `${mebibytes(done)} of ${mebibytes(total)} MiB`
    stream.write(`\r${what} [${bar}] ${Math.floor(share * 100)} % ${size} `)
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
      stream.write("\n")
    },
    start(name, totalBytes) {
      what = name
      total = totalBytes
      done = 0
    },
  }
}

function mebibytes(bytes: number): string {
  return (bytes / MIB).toFixed(0)
}

function seconds(began: number): string {
  return ((Date.now() - began) / 1000).toFixed(0)
}
