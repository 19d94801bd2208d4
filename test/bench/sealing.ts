import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { stat } from "node:fs/promises"
import { fileURLToPath } from "node:url"
import { CleanRoom } from "../support/clean-room.ts"
import { testDataset, textColumn } from "../support/datasets.ts"
import { plainDuckDb } from "../support/join-counts.ts"
import { NARROW, rowsOf, WIDE } from "./shapes.ts"

const CLI = fileURLToPath(new URL("../../verifier/cli/parley.ts", import.meta.url))
const MIB = 1024 * 1024
const TICKS_PER_SECOND = 100
const POLL_MS = 20
const MOST_ROWS = 1_000_000_000

/** What one sealing took, measured from outside. */
interface Sealed {
  readonly seconds: number
  /** Of all its threads together. */
  readonly coreSeconds: number
  /** The most memory that the process has had resident, in bytes, without the page cache. */
  readonly peak: number
  readonly rows: number
  /** Seconds by what the command says that it does. */
  readonly phases: readonly (readonly [string, number])[]
}

/** Seals a narrow and a wide Parquet file of so many rows, through the public command line. */
export async function benchSealing(rows: number, repeats: number, say: (line: string) => void): Promise<void> {
  await inRoom(async (room) => {
    for (const [name, shape] of [
      ["narrow", NARROW],
      ["wide", WIDE],
    ] as const) {
      const file = room.path(`${name}.parquet`)
      await plainDuckDb(`COPY (${rowsOf(shape, rows, false)}) TO '${file}' (FORMAT parquet)`)
      const runs: Sealed[] = []
      for (let i = 0; i < repeats; i++) runs.push(await sealed(room, name, file))
      const { size } = await stat(file)
      const [run] = runs.toSorted((a, b) => a.coreSeconds - b.coreSeconds).slice(Math.floor(repeats / 2))
      if (run !== undefined) report(`sealed ${name}, ${shape.columns.length + 1} columns`, size, run, say)
    }
  })
}

/** Seals a CSV of so many GB, with messy identities, once. */
export async function benchLargeCsv(gigabytes: number, say: (line: string) => void): Promise<void> {
  await inRoom(async (room) => {
    const file = room.path("large.csv")
    const sample = 100_000
    await plainDuckDb(`COPY (${rowsOf(WIDE, sample, true)}) TO '${file}' (FORMAT csv)`)
    const rows = Math.ceil((gigabytes * 1e9 * sample) / (await stat(file)).size)
    await plainDuckDb(`COPY (${rowsOf(WIDE, rows, true)}) TO '${file}' (FORMAT csv)`)
    const { size } = await stat(file)
    report(`sealed ${(size / 1e9).toFixed(2)} GB of CSV`, size, await sealed(room, "wide", file), say)
  })
}

async function inRoom(work: (room: CleanRoom) => Promise<void>): Promise<void> {
  const room = await CleanRoom.create(["bank", "bureau"])
  try {
    const most = { maxRows: MOST_ROWS }
    const datasets = [
      testDataset("narrow", "bank", NARROW.columns, most),
      testDataset("wide", "bank", WIDE.columns, most),
      testDataset("persons", "bureau", [textColumn("region", ["east", "west"])]),
    ]
    await room.agree({ datasets, recipients: ["bank"] })
    await work(room)
  } finally {
    await room.dispose()
  }
}

async function sealed(room: CleanRoom, dataset: string, file: string): Promise<Sealed> {
  const args = room.args("bank", ["dataset", "seal", "--dataset", dataset, "--input", file])
  const began = performance.now()
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ["ignore", "pipe", "pipe"] })
  const use = { coreSeconds: 0, peak: 0 }
  const timer = setInterval(() => Object.assign(use, useOf(child.pid ?? 0) ?? {}), POLL_MS)
  const phases: [string, number][] = [["start", began]]
  child.stderr.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split("\n")) phases.push([line, performance.now()])
  })
  let told = ""
  child.stdout.on("data", (chunk: Buffer) => (told += chunk.toString()))
  const exit = await new Promise((resolve) => child.on("close", resolve))
  clearInterval(timer)
  const ended = performance.now()
  if (exit !== 0) throw new Error(`exit ${exit}: ${phases.map(([line]) => line).join("\n")}`)
  const lasted = phases.map(([name, from], index) => [name, ((phases[index + 1]?.[1] ?? ended) - from) / 1000] as const)
  return { ...use, phases: lasted, rows: Number(/: (\d+) rows/.exec(told)?.[1]), seconds: (ended - began) / 1000 }
}

/** What Linux tells of a process: its processor time and its own high-water mark. Null once it is gone. */
function useOf(pid: number): Pick<Sealed, "coreSeconds" | "peak"> | null {
  try {
    const [, , , , , , , , , , , user = "0", system = "0"] = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ")
    const status = readFileSync(`/proc/${pid}/status`, "utf8")
    const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) * 1024
    if (Number.isNaN(peak)) return null
    return { coreSeconds: (Number(user) + Number(system)) / TICKS_PER_SECOND, peak }
  } catch {
    return null
  }
}

function report(what: string, bytes: number, run: Sealed, say: (line: string) => void): void {
  const { coreSeconds, peak, phases, rows, seconds } = run
  const rate = (time: number) => `${(bytes / 1e6 / time).toFixed(0)} MB/s`
  const [wall, core] = [`${rate(seconds)} in ${seconds.toFixed(1)} s`, `${rate(coreSeconds)} per core`]
  const size = `${rows.toLocaleString("en")} rows, ${(bytes / 1e6).toFixed(0)} MB`
  say(`${what}, ${size}: ${wall}, ${core} (${coreSeconds.toFixed(1)} s of all), peak ${(peak / MIB).toFixed(0)} MiB`)
  say(`  ${phases.map(([name, time]) => `${name} ${time.toFixed(1)} s`).join(", ")}`)
}
