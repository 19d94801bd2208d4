import { Command } from "commander"
import type { Card } from "../../../shared/contract/party.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { signJws } from "../../../shared/signed/jws.ts"
import { KINDS } from "../../../shared/signed/kinds.ts"
import { addressBook, cardDigest, confirmCard, fingerprint, openCard, ownCard, sameFingerprint } from "../cards.ts"
import { readRequired, writeAtomically } from "../files.ts"
import { homeAt } from "../home.ts"
import { localKeys } from "../keys.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"
import { table } from "../table.ts"

interface Options {
  readonly home?: string
  readonly out?: string
  readonly fingerprint?: string
}

/** `parley party`: cards and the address book. */
export function partyCommand(): Command {
  return new Command("party")
    .description("Exchange cards with other parties, and confirm their fingerprints by voice.")
    .addCommand(exportCommand())
    .addCommand(addCommand())
    .addCommand(verifyCommand())
    .addCommand(listCommand())
}

function exportCommand(): Command {
  return homeOption(jsonOption(new Command("export")))
    .description("Write this party's card to a file. It holds public keys only.")
    .option("--out <file>", "where to write it; <name>.card.json when not given")
    .addHelpText("after", "\nExample:\n  parley party export --out bank.card.json")
    .action(perform(exportCard))
}

function addCommand(): Command {
  return homeOption(jsonOption(new Command("add")))
    .argument("<file>", "card of another party")
    .description("Add another party's card, after comparing its fingerprint with that party by voice.")
    .option("--fingerprint <text>", "the fingerprint as the other party read it out")
    .addHelpText("after", '\nExample:\n  parley party add bureau.card.json --fingerprint "3f1c 88a0 ... 9b2e"')
    .action(perform(addCard))
}

function verifyCommand(): Command {
  return homeOption(jsonOption(new Command("verify")))
    .argument("<file>", "card of another party")
    .description("Say whether a card is the confirmed one, without changing anything.")
    .addHelpText("after", "\nExample:\n  parley party verify bureau.card.json")
    .action(perform(verifyCard))
}

function listCommand(): Command {
  return homeOption(jsonOption(new Command("list")))
    .description("Show the address book.")
    .addHelpText("after", "\nExample:\n  parley party list")
    .action(perform(listCards))
}

async function exportCard(options: Options) {
  const home = homeAt(options.home)
  const card = await ownCard(home)
  const [key] = (await localKeys(home)).filter(({ use }) => use === "sign")
  if (key === undefined) throw new ParleyError("file-missing", "no signing key", { todo: "Run `parley init`." })
  const out = options.out ?? `${card.name}.card.json`
  await writeAtomically(out, await signJws("card", card, key.jwk))
  const text = `${out}\nfingerprint  ${fingerprint(card)}\nread it out to whoever gets the card; mail could change both`
  return { json: { file: out, fingerprint: fingerprint(card) }, text }
}

async function addCard(file: string, options: Options) {
  const home = homeAt(options.home)
  const card = await read(file)
  if (options.fingerprint === undefined) {
    throw new ParleyError("usage", `the fingerprint of ${card.name} is ${fingerprint(card)}`, {
      todo: `Call ${card.title}, have them read theirs out, and give what you hear with --fingerprint.`,
    })
  }
  if (!sameFingerprint(options.fingerprint, fingerprint(card))) {
    throw new ParleyError("fingerprint-mismatch", `the card of ${card.name} has another fingerprint`)
  }
  const before = (await addressBook(home)).get(card.name)
  await confirmCard(home, card, new Date())
  const changed = before !== undefined && cardDigest(before) !== cardDigest(card)
  const text = `${card.name} (${card.title}) is in the address book${changed ? ", in place of an earlier card" : ""}`
  return { json: { changed, name: card.name }, text }
}

async function verifyCard(file: string, options: Options) {
  const card = await read(file)
  const known = (await addressBook(homeAt(options.home))).get(card.name)
  if (known === undefined) throw new ParleyError("party-unknown", `${card.name} is not in the address book`)
  if (cardDigest(known) !== cardDigest(card)) {
    throw new ParleyError("party-mismatch", `${card.name}: another card than the confirmed one`)
  }
  return { json: { fingerprint: fingerprint(card), name: card.name }, text: `${card.name} is the confirmed card` }
}

async function listCards(options: Options) {
  const cards = [...(await addressBook(homeAt(options.home))).values()]
  const rows = cards.map((card) => [card.name, card.title, String(card.signingKeys.length), fingerprint(card)])
  const json = {
    parties: cards.map((card) => ({ fingerprint: fingerprint(card), name: card.name, title: card.title })),
  }
  return { json, text: rows.length === 0 ? "nobody yet" : table(["name", "title", "keys", "fingerprint"], rows) }
}

async function read(file: string): Promise<Card> {
  return openCard(await readRequired(file, 2 * KINDS.card.maxBytes))
}
