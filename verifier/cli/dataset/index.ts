import { Command, Option } from "commander"
import type { Contract } from "../../../shared/contract/contract.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { Instant } from "../../../shared/json/fields.ts"
import { roomContractInForce, roomDraft } from "../../room/contract.ts"
import { roomManifests } from "../../room/objects.ts"
import { requireOwnContract } from "../contract/own-contract.ts"
import { homeAt } from "../home.ts"
import { localKey } from "../keys.ts"
import { jsonOption, perform } from "../outcome.ts"
import { type Progress, terminalProgress } from "../progress.ts"
import { pushParts } from "../remote/push-dataset.ts"
import { pushRoom } from "../remote/sync.ts"
import { homeOption, inRoom, type Room, type RoomOptions, roomOptions } from "../room.ts"
import { table } from "../table.ts"
import { drift } from "./drift.ts"
import type { InputOptions } from "./input.ts"
import { openSealingEngine, ownDataset, type Prepared, prepare } from "./prepare.ts"
import { withPrivateFolder } from "./private-folder.ts"
import { filterNote, requireFresh, requireRowFilter, staleness } from "./promises.ts"
import { destroyRecord, lastVersion, sealedRecords } from "./records.ts"
import { seal } from "./seal.ts"
import { type Written, writeParts } from "./write-parts.ts"

interface SealingOptions extends RoomOptions {
  readonly dataset: string
  readonly input: readonly string[]
  readonly map?: readonly string[]
  readonly where?: string
  readonly delimiter?: string
  readonly quote?: string
  readonly asOf?: string
  readonly temp?: string
  readonly key?: string
  readonly json?: boolean
}

/** `parley dataset`: what an owner does with its own data, at home. */
export function datasetCommand(): Command {
  return new Command("dataset")
    .description("Check and seal your own data. Plaintext never leaves this machine.")
    .addCommand(checkCommand())
    .addCommand(sealCommand())
    .addCommand(pushCommand())
    .addCommand(listCommand())
    .addCommand(deleteCommand())
}

function checkCommand(): Command {
  return inputOptions(new Command("check"))
    .description(
      "Check a file against the contract, without writing anything, and report drift since the last version.",
    )
    .addHelpText("after", "\nExample:\n  parley dataset check --room room --dataset accounts --input accounts.csv")
    .action(perform((options: SealingOptions) => inRoom(options, (room) => check(room, options))))
}

function sealCommand(): Command {
  return inputOptions(new Command("seal"))
    .option("--key <kid>", "signing key, when the home has several")
    .description(
      "Check, tokenise, encrypt. Plaintext Parquet lies in a private folder while it is sealed: " +
        "give --temp a folder in memory to keep it off the disk.",
    )
    .addHelpText(
      "after",
      "\nExamples:\n  parley dataset seal --room room --dataset accounts --input accounts.csv.gz --map customer=customer_id" +
        "\n  cat accounts.csv | parley dataset seal --room room --dataset accounts --input -",
    )
    .action(perform((options: SealingOptions) => inRoom(options, (room) => sealDataset(room, options))))
}

function pushCommand(): Command {
  return roomOptions(jsonOption(new Command("push")))
    .argument("[manifest]", "digest of the version, or its first digits; the newest of the dataset when not given")
    .requiredOption("--dataset <name>", "dataset of the contract")
    .description("Upload a sealed version to the host. Run it again after a cut connection: it goes on where it was.")
    .addHelpText(
      "after",
      "\nExample:\n  parley dataset push --room room --dataset accounts --host https://parley.example",
    )
    .action(
      perform((manifest: string | undefined, options: SealingOptions) =>
        inRoom(options, (room) => push(room, manifest, options)),
      ),
    )
}

function listCommand(): Command {
  return homeOption(jsonOption(new Command("list")))
    .description("List the sealed versions whose keys this home has.")
    .addHelpText("after", "\nExample:\n  parley dataset list")
    .action(perform((options: { home?: string }) => list(options)))
}

function deleteCommand(): Command {
  return homeOption(jsonOption(new Command("delete")))
    .argument("<manifest>", "digest of the version, or its first digits")
    .description("Destroy the data key of a sealed version. Copies of the ciphertext may survive, closed for good.")
    .addHelpText("after", "\nExample:\n  parley dataset delete 3f2a9c")
    .action(perform((manifest: string, options: { home?: string }) => remove(manifest, options)))
}

function inputOptions(command: Command): Command {
  return roomOptions(jsonOption(command))
    .requiredOption("--dataset <name>", "dataset of the contract")
    .requiredOption(
      "--input <file...>",
      "CSV (also .gz), Parquet files, a folder of Parquet parts, or - for standard input",
    )
    .addOption(new Option("--map <theirs=contract...>", "name of a column in the file and in the contract"))
    .option(
      "--where <condition>",
      "leave out rows for which this DuckDB condition over the input is not true; " +
        "where the contract names a row filter, exactly that one",
    )
    .option("--delimiter <character>", "CSV delimiter; found out when not given")
    .option("--quote <character>", "CSV quote")
    .option("--as-of <instant>", "when the data was true, YYYY-MM-DDTHH:MM:SSZ; now when not given")
    .option("--temp <folder>", "where the private folder is made; in the home when not given")
}

/** Reads, checks and writes the parts of an input into a private folder, then hands them on. */
async function withParts<T>(
  room: Room,
  options: SealingOptions,
  contract: Contract,
  work: (prepared: Prepared, written: Written, progress: Progress) => Promise<T>,
): Promise<T> {
  const dataset = await ownDataset(room.home, contract, options.dataset)
  requireRowFilter(dataset, options.where)
  const progress = terminalProgress(options.json === true)
  return withPrivateFolder(room.home, options.temp, async (folder) => {
    const engine = await openSealingEngine(folder)
    try {
      const prepared = await prepare(engine, room.home, contract, dataset, readOptions(options), folder)
      const writing = () => writeParts(prepared, folder).finally(() => prepared.tokens.wipe())
      const written = await progress.phase("checking and sorting", writing, () => engine.progress.percentage)
      return await work(prepared, written, progress)
    } finally {
      engine.closeSync()
    }
  })
}

async function check(room: Room, options: SealingOptions) {
  const { contract } = await roomDraft(room.files)
  return withParts(room, options, contract, async (prepared, written) => {
    const last = await lastVersion(room.home, prepared.dataset.lineage)
    const changes = last === null ? [] : drift(prepared, written, asOf(options), last)
    const stale = staleness(prepared.dataset, asOf(options), new Date())
    const notes = notesOf(filterNote(prepared.dataset, options.where), stale)
    const { rows, nulls } = written
    const since =
      last === null ? "no version sealed before" : `compared with version ${last.version} of ${last.sealedAt}`
    const lines = [
      `${prepared.dataset.name}: ${rows} rows fit the contract`,
      `drift: ${changes.length === 0 ? "none" : `${changes.length} changes`} (${since})`,
      ...changes.map((change) => `  ${change}`),
      ...notes.map((note) => `note: ${note}`),
    ]
    return {
      json: { dataset: prepared.dataset.name, drift: changes, notes, nulls: Object.fromEntries(nulls), rows },
      text: lines.join("\n"),
    }
  })
}

async function sealDataset(room: Room, options: SealingOptions) {
  const inForce = await roomContractInForce(room.files)
  await requireOwnContract(room, inForce)
  const key = await localKey(room.home, "sign", options.key)
  const trueAt = asOf(options)
  requireFresh(await ownDataset(room.home, inForce.contract, options.dataset), trueAt, new Date())
  return withParts(room, options, inForce.contract, async (prepared, written, progress) => {
    const now = new Date()
    const sealed = await seal({ asOf: trueAt, contract: inForce, key, now, prepared, progress, room, written })
    const { manifest, digest } = sealed
    const bytes = manifest.parts.reduce((sum, part) => sum + part.bytes, 0)
    const notes = notesOf(filterNote(prepared.dataset, options.where))
    const text = [
      `sealed ${manifest.dataset} version ${manifest.version}: ${manifest.rows} rows in ${manifest.parts.length} parts, ${bytes} bytes`,
      `manifest ${digest}`,
      ...notes.map((note) => `note: ${note}`),
    ]
    const { parts: sealedParts, rows, version } = manifest
    return {
      json: { bytes, manifest: digest, notes, parts: sealedParts.length, rows, version },
      text: text.join("\n"),
    }
  })
}

function notesOf(...notes: readonly (string | null)[]): readonly string[] {
  return notes.filter((note) => note !== null)
}

async function push(room: Room, given: string | undefined, options: SealingOptions) {
  if (room.host === null) throw new ParleyError("usage", "give --host; without one the room folder itself travels")
  const inForce = await roomContractInForce(room.files)
  await ownDataset(room.home, inForce.contract, options.dataset)
  const { objects } = await roomManifests(room.files, inForce)
  const versions = objects
    .filter(({ digest, payload }) => payload.dataset === options.dataset && digest.startsWith(given ?? ""))
    .sort((a, b) => b.payload.version - a.payload.version)
  const [manifest] = versions
  if (manifest === undefined)
    throw new ParleyError("dataset-gone", `no sealed version of ${options.dataset} in the room`)
  await pushRoom(room, room.host, inForce.digest)
  const parts = await pushParts(room, room.host, inForce.digest, manifest, terminalProgress(options.json === true))
  const text = `uploaded ${options.dataset} version ${manifest.payload.version}: ${parts} parts`
  return { json: { manifest: manifest.digest, parts }, text }
}

async function list(options: { home?: string }) {
  const records = await sealedRecords(homeAt(options.home))
  const rows = records.map(({ bytes, dataset, manifest, rows: count, sealedAt, version }) => [
    dataset,
    String(version),
    String(count),
    String(bytes),
    sealedAt,
    manifest.slice(0, 16),
  ])
  const text =
    records.length === 0
      ? "nothing sealed yet"
      : table(["dataset", "version", "rows", "bytes", "sealed at", "manifest"], rows)
  return { json: { datasets: records.map(({ dataKey: _, ...shown }) => shown) }, text }
}

async function remove(manifest: string, options: { home?: string }) {
  const home = homeAt(options.home)
  const found = (await sealedRecords(home)).filter((record) => record.manifest.startsWith(manifest))
  const [record, ...others] = found
  if (record === undefined || others.length > 0 || manifest.length < 6) {
    throw new ParleyError(
      "dataset-gone",
      `${found.length} versions begin with ${manifest}; give at least 6 digits of one`,
    )
  }
  await destroyRecord(home, record.manifest)
  const text = `destroyed the key of ${record.dataset} version ${record.version}; copies of the ciphertext may survive, closed for good`
  return { json: { destroyed: record.manifest }, text }
}

function readOptions(options: SealingOptions): InputOptions {
  const { delimiter, input, quote, where } = options
  const map = new Map((options.map ?? []).map(pair))
  return {
    input,
    map,
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(where === undefined ? {} : { where }),
  }
}

function pair(text: string): readonly [string, string] {
  const at = text.lastIndexOf("=")
  if (at < 1) throw new ParleyError("usage", "--map is theirs=contract")
  return [text.slice(at + 1), text.slice(0, at)]
}

function asOf({ asOf: given }: SealingOptions): string {
  if (given === undefined) return `${new Date().toISOString().slice(0, 19)}Z`
  if (Instant.safeParse(given).success) return given
  throw new ParleyError("usage", "--as-of is YYYY-MM-DDTHH:MM:SSZ")
}
