import { execFile } from "node:child_process"
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs, promisify } from "node:util"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { plainDuckDb } from "../support/join-counts.ts"
import { MemoryWatch } from "./memory.ts"
import { benchLargeCsv, benchSealing } from "./sealing.ts"

const PLAIN = fileURLToPath(new URL("./plain.ts", import.meta.url))
const REGIONS = Array.from({ length: 20 }, (_, index) => `r${String(index).padStart(2, "0")}`)
const MIB = 1024 * 1024

const { values } = parseArgs({
  options: {
    repeats: { default: "3", type: "string" },
    rows: { multiple: true, type: "string" },
    "seal-gb": { type: "string" },
  },
})
const sizes = (values.rows ?? ["1000000", "10000000"]).map(Number)
const repeats = Number(values.repeats)

if (values["seal-gb"] !== undefined) await benchLargeCsv(Number(values["seal-gb"]), say)
else for (const rows of sizes) await bench(rows)

/** One size, everything side by side in one run: only the ratios mean something on a shared machine. */
async function bench(rows: number): Promise<void> {
  const room = await CleanRoom.create(["bank", "bureau", "agency"])
  try {
    say(
      `\n${rows.toLocaleString("en")} x ${rows.toLocaleString("en")} distinct identities, half of them shared; medians of ${repeats}`,
    )
    await benchSealing(rows, repeats, say)
    await generate(room, rows)
    const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
    const persons = testDataset("persons", "bureau", [textColumn("region", REGIONS)])
    await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
    await seal(room, "bank", "accounts")
    await seal(room, "bureau", "persons")
    const text = await plain(room, "text")
    const token = await plain(room, "token")
    await room.startHost("--timings")
    const parley = await runs(room)
    report("plain DuckDB, original 32-character identities", text.seconds, text.peak)
    report("plain DuckDB, 128-bit tokens", token.seconds, token.peak)
    report("Parley, last grant to receipt", parley.seconds, parley.peak)
    say(
      `ratio to original identities ${(median(parley.seconds) / median(text.seconds)).toFixed(2)}, to tokens ${(median(parley.seconds) / median(token.seconds)).toFixed(2)}`,
    )
    say("in the enclave, summed over datasets (decrypt and ingest overlap):")
    for (const [phase, milliseconds] of parley.phases) say(`  ${phase.padEnd(8)} ${(milliseconds / 1000).toFixed(2)} s`)
  } finally {
    await room.dispose()
  }
}

async function generate(room: CleanRoom, rows: number): Promise<void> {
  const write = (name: string, first: number, column: string) =>
    plainDuckDb(
      `COPY (SELECT md5(i::VARCHAR) AS id, ${column} FROM range(${first}, ${first + rows}) r(i)) TO '${room.path(`${name}.parquet`)}' (FORMAT parquet)`,
    )
  await write("accounts", 0, "(hash(i) % 1001)::BIGINT AS balance")
  await write("persons", rows / 2, `'r' || lpad((hash(i * 7) % 20)::VARCHAR, 2, '0') AS region`)
  for (const [name, column] of [
    ["accounts", "balance"],
    ["persons", "region"],
  ] as const) {
    await plainDuckDb(
      `COPY (SELECT id::UUID AS id, ${column} FROM '${room.path(`${name}.parquet`)}') TO '${room.path(`${name}.token.parquet`)}' (FORMAT parquet)`,
    )
  }
}

async function seal(room: CleanRoom, party: string, dataset: string): Promise<void> {
  await room.parley(party, ["dataset", "seal", "--dataset", dataset, "--input", room.path(`${dataset}.parquet`)])
}

async function plain(room: CleanRoom, kind: "text" | "token"): Promise<{ seconds: number[]; peak: number }> {
  const file = (name: string) => `'${room.path(kind === "text" ? `${name}.parquet` : `${name}.token.parquet`)}'`
  const sql = `SELECT p.region, count(DISTINCT a.id), sum(a.balance) FROM ${file("accounts")} a JOIN ${file("persons")} p ON a.id = p.id GROUP BY p.region`
  const { stdout } = await promisify(execFile)(process.execPath, [PLAIN, String(repeats), sql], { maxBuffer: MIB })
  return JSON.parse(stdout) as { seconds: number[]; peak: number }
}

/** Several runs of one contract; each is timed from the last grant's file to the receipt's. */
async function runs(room: CleanRoom) {
  const seconds: number[] = []
  const watch = new MemoryWatch(room.hostPid)
  for (let i = 0; i < repeats; i++) {
    const proposal = await room.run("agency", "attribution")
    const receipt = await stat(join(room.room, "receipts", `${proposal}.bundle.json`))
    const grants = await Promise.all(
      (await readdir(join(room.room, "grants"))).map((name) => stat(join(room.room, "grants", name))),
    )
    seconds.push((receipt.mtimeMs - Math.max(...grants.map(({ mtimeMs }) => mtimeMs))) / 1000)
  }
  return { peak: watch.stop(), phases: phases(room.hostLog), seconds }
}

/** Sums of the enclave's own timings, by phase, per run. */
function phases(log: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const [, milliseconds, phase] of log.matchAll(/\{"milliseconds":(\d+),"phase":"(\w+)"\}/g)) {
    if (phase !== undefined) sums.set(phase, (sums.get(phase) ?? 0) + Number(milliseconds) / repeats)
  }
  return sums
}

function report(what: string, seconds: readonly number[], peak: number): void {
  say(
    `${what.padEnd(48)} ${median(seconds).toFixed(2).padStart(7)} s   peak ${(peak / MIB).toFixed(0).padStart(6)} MiB`,
  )
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
