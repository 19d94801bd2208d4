import { open as openFile } from "node:fs/promises"
import { Command, Option } from "commander"
import { utf8 } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import type { Result } from "../../../shared/protocol/result.ts"
import { roomContractInForce } from "../../room/contract.ts"
import { identifier, literal, openLocalEngine } from "../engine/duckdb.ts"
import { io, writeAtomically } from "../files.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { inRoom, type Room, type RoomOptions, roomOptions } from "../room.ts"
import { chosen, runStatuses } from "../runs/state.ts"
import { table } from "../table.ts"
import { openResult, toCsv } from "./open.ts"

interface Options extends RoomOptions {
  readonly format: "csv" | "json" | "parquet" | "table"
  readonly out?: string
}

/** `parley result`: what a recipient receives. */
export function resultCommand(): Command {
  return new Command("result")
    .description("Open the results that are sealed to this party.")
    .addCommand(resultSub("fetch", "Fetch and check a result without showing it."))
    .addCommand(resultSub("open", "Open a result: a table on the terminal; csv, json or parquet to a file."))
}

function resultSub(name: "fetch" | "open", description: string): Command {
  return roomOptions(jsonOption(new Command(name)))
    .argument("[proposal]", "digest or its first digits; the newest when not given")
    .description(description)
    .addOption(new Option("--format <format>").choices(["table", "csv", "json", "parquet"]).default("table"))
    .option("--out <file>", "where to write it; parquet needs one")
    .addHelpText(
      "after",
      `\nExample:\n  parley result ${name} --room room${name === "open" ? " --format csv --out result.csv" : ""}`,
    )
    .action(
      perform((proposal: string | undefined, options: Options) =>
        inRoom<Outcome>(options, (room) =>
          name === "fetch" ? fetchResult(room, proposal) : open(room, proposal, options),
        ),
      ),
    )
}

async function opened(room: Room, proposal: string | undefined) {
  const inForce = await roomContractInForce(room.files)
  const run = chosen(await runStatuses(room, inForce), proposal)
  return openResult(room, inForce, run.proposal.digest)
}

async function fetchResult(room: Room, proposal: string | undefined) {
  const { receipt, result } = await opened(room, proposal)
  const text = `${result.rows.length} groups of ${result.query}, sequence ${result.sequence}; receipt ${receipt.digest} verified`
  return { json: { groups: result.rows.length, receipt: receipt.digest }, text }
}

async function open(room: Room, proposal: string | undefined, options: Options) {
  const { receipt, result } = await opened(room, proposal)
  const note = `${result.rows.length} groups released, ${result.withheldGroups} withheld; receipt ${receipt.digest}${receipt.simulated ? " (SIMULATED)" : ""}`
  const json = {
    columns: result.columns,
    receipt: receipt.digest,
    rows: result.rows,
    simulated: receipt.simulated,
    withheldGroups: result.withheldGroups,
  }
  if (options.format === "table" && options.out === undefined) {
    return {
      json,
      text: `${table(
        result.columns.map(({ name }) => name),
        result.rows.map((row) => row.map((cell) => cell ?? "null")),
      )}\n${note}`,
    }
  }
  if (options.format === "parquet") await writeParquet(result, options.out)
  else if (options.out === undefined) return { json, text: new TextDecoder().decode(render(result, options.format)) }
  else await writeAtomically(options.out, render(result, options.format), 0o600)
  return { json, text: `${options.out}\n${note}` }
}

function render(result: Result, format: Options["format"]): Uint8Array {
  if (format === "csv") return toCsv(result)
  const names = result.columns.map(({ name }) => name)
  if (format === "table")
    return utf8(
      `${table(
        names,
        result.rows.map((row) => row.map((cell) => cell ?? "null")),
      )}\n`,
    )
  const objects = result.rows.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])))
  return utf8(`${JSON.stringify(objects, null, 2)}\n`)
}

const TYPES = {
  boolean: "BOOLEAN",
  date: "DATE",
  decimal: "DECIMAL(38, 11)",
  integer: "BIGINT",
  text: "VARCHAR",
} as const

async function writeParquet({ columns, rows }: Result, out: string | undefined): Promise<void> {
  if (out === undefined) throw new ParleyError("usage", "--format parquet needs --out")
  const engine = await openLocalEngine({ memoryBytes: 256 * 1024 * 1024, spillFolder: null })
  try {
    await engine.run(
      `CREATE TABLE result (${columns.map(({ name, type }) => `${identifier(name)} ${TYPES[type]}`).join(", ")})`,
    )
    for (const row of rows) {
      const values = columns.map(
        ({ type }, index) => `CAST(${row[index] == null ? "NULL" : literal(row[index])} AS ${TYPES[type]})`,
      )
      await engine.run(`INSERT INTO result VALUES (${values.join(", ")})`)
    }
    await makePrivate(out)
    const into = `${literal(out)} (FORMAT parquet, USE_TMP_FILE false)`
    await io(out, async () => void (await engine.run(`COPY result TO ${into}`)))
  } finally {
    engine.closeSync()
  }
}

/** The engine makes files that everybody on the machine can read: it gets one that is there already, mode 0600. */
async function makePrivate(path: string): Promise<void> {
  await io(path, async () => {
    const file = await openFile(path, "w", 0o600)
    try {
      await file.chmod(0o600)
    } finally {
      await file.close()
    }
  })
}
