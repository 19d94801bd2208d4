import { Command, Option } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { checkSchema } from "../../../shared/json/canonical.ts"
import { fingerprint, writeOwnCard } from "../cards.ts"
import { readCapped } from "../files.ts"
import { homeAt, inHome, LocalKey, LocalParty, writeHomeJson } from "../home.ts"
import { makeKey } from "../make-key.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"

interface InitOptions {
  readonly home?: string
  readonly name: string
  readonly title: string
  readonly holder: string
  readonly role: string
}

export const ROLES = LocalKey.shape.role.options

/** `parley init`: a party's private folder with its first keys. */
export function initCommand(): Command {
  return homeOption(jsonOption(new Command("init")))
    .description("Set up this party's private folder: a signing key, a result key, an access key and a card.")
    .requiredOption("--name <name>", "short name in contracts: a-z, 0-9, -")
    .requiredOption("--title <title>", "full name of the organisation")
    .option("--holder <person>", "who holds the first signing key", "first holder")
    .addOption(new Option("--role <role>", "in which role they approve").choices([...ROLES]).default("data-owner"))
    .addHelpText(
      "after",
      '\nExample:\n  parley init --name bank --title "First Bank" --holder "Ada Okafor" --role data-owner',
    )
    .action(perform(init))
}

async function init(options: InitOptions) {
  const home = homeAt(options.home)
  if ((await readCapped(inHome(home, "party.json"), 16 * 1024)) !== null) {
    throw new ParleyError("usage", `${home.folder} is set up already; a second party needs another --home`)
  }
  const party = checkSchema({ name: options.name, title: options.title }, LocalParty)
  const role = checkSchema(options.role, LocalKey.shape.role)
  const holder = checkSchema(options.holder, LocalKey.shape.holder)
  await makeKey(home, { holder, role, use: "sign" })
  await makeKey(home, { holder: party.title, role: "technical", use: "result" })
  await makeKey(home, { holder: party.title, role: "technical", use: "access" })
  await writeHomeJson(home, "party.json", party)
  const card = await writeOwnCard(home)
  const lines = [
    `${party.name} is set up in ${home.folder}`,
    `fingerprint  ${fingerprint(card)}`,
    "next: `parley party export`, send the card to the others, and read the fingerprint out to them",
  ]
  return { json: { fingerprint: fingerprint(card), home: home.folder, name: party.name }, text: lines.join("\n") }
}
