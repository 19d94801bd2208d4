import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { normalize } from "../../../shared/tokens/normalize.ts"
import { tokenKey, tokenOf } from "../../../shared/tokens/token.ts"
import { checkVectors } from "../../../shared/tokens/vectors.ts"
import { roomDraft } from "../../room/contract.ts"
import { ownDataset, tokenSecret, tokenSpecOf } from "../dataset/prepare.ts"
import { readRequired } from "../files.ts"
import { book } from "../ledger/book.ts"
import { jsonOption, perform } from "../outcome.ts"
import { inRoom, type Room, type RoomOptions, roomOptions } from "../room.ts"
import { addOptOuts, optOutsOf } from "./list.ts"

interface Options extends RoomOptions {
  readonly dataset: string
}

/** `parley optout`: people who are taken out of every later run. */
export function optoutCommand(): Command {
  return new Command("optout")
    .description("Take people out of the next runs. The list travels sealed to the enclave; the receipt commits to it.")
    .addCommand(
      datasetSub("add", "Add the identities in a file, one per line.")
        .argument("<file>")
        .action(perform((file: string, options: Options) => inRoom(options, (room) => add(room, options, file)))),
    )
    .addCommand(
      datasetSub("list", "Say how many people are taken out, by their tokens.").action(
        perform((options: Options) => inRoom(options, (room) => list(room, options))),
      ),
    )
}

function datasetSub(name: string, description: string): Command {
  return roomOptions(jsonOption(new Command(name)))
    .description(description)
    .requiredOption("--dataset <name>")
    .addHelpText(
      "after",
      `\nExample:\n  parley optout ${name} ${name === "add" ? "people.txt " : ""}--room room --dataset accounts`,
    )
}

async function add(room: Room, options: Options, file: string) {
  const { contract } = await roomDraft(room.files)
  const dataset = await ownDataset(room.home, contract, options.dataset)
  const spec = tokenSpecOf(contract, dataset)
  checkVectors(spec)
  const secret = await tokenSecret(room.home, spec)
  const key = tokenKey(secret, spec.name)
  secret.fill(0)
  const lines = await linesOf(file)
  const normalized = lines.map((line) => normalize(line, spec.normalization)).filter((line) => line !== "")
  if (normalized.length === 0) throw new ParleyError("usage", `${file} names nobody`)
  const added = await addOptOuts(
    room.home,
    dataset.lineage,
    normalized.map((line) => tokenOf(key, line)),
  )
  key.fill(0)
  if (added > 0) await book(room.home, { count: added, event: "opt-outs-added", lineage: dataset.lineage })
  return { json: { added, named: normalized.length }, text: `${added} people added; they are left out of the next run` }
}

async function linesOf(file: string): Promise<readonly string[]> {
  const bytes = await readRequired(file, 16 * 1024 * 1024)
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes).split(/\r?\n/)
  } catch {
    throw new ParleyError("input-unreadable", `${file} is not UTF-8`)
  }
}

async function list(room: Room, options: Options) {
  const { contract } = await roomDraft(room.files)
  const dataset = await ownDataset(room.home, contract, options.dataset)
  const tokens = await optOutsOf(room.home, dataset.lineage)
  return { json: { tokens }, text: `${tokens.length} people are taken out of ${dataset.name}` }
}
