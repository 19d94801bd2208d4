import { Command, Option } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { checkSchema } from "../../../shared/json/canonical.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { fingerprint, writeOwnCard } from "../cards.ts"
import { keyFingerprint } from "../colleagues.ts"
import { type Home, homeAt, isSetUp, LocalKey, LocalParty, localParty, writeHomeJson } from "../home.ts"
import { ROLES } from "../init/index.ts"
import { localKeys } from "../keys.ts"
import { makeKey } from "../make-key.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"

interface Options {
  readonly home?: string
  readonly holder: string
  readonly party?: string
  readonly role: string
}

const EXAMPLE = `
Example, on a colleague's own machine:
  parley key create --party bank --holder "Grace Lund" --role privacy-officer
  parley key export --out grace.key.json`

/** `parley key create`: a further signing key, best in a home of its holder's own. */
export function createCommand(): Command {
  return homeOption(jsonOption(new Command("create")))
    .description(
      "Make a signing key for another person who approves: in a fresh home of their own with --party, so that nobody " +
        "else holds it; else in this party's home, which separates tasks and not people.",
    )
    .requiredOption("--holder <person>", "who holds it")
    .addOption(new Option("--role <role>", "in which role they approve").choices([...ROLES]).makeOptionMandatory())
    .option("--party <name>", "make a home for this person of that party; it gets no result key and no access key")
    .addHelpText("after", EXAMPLE)
    .action(perform(create))
}

async function create(options: Options) {
  const home = homeAt(options.home)
  const role = checkSchema(options.role, LocalKey.shape.role)
  const holder = checkSchema(options.holder, LocalKey.shape.holder)
  if (options.party !== undefined) await setUpMember(home, options.party)
  await localParty(home)
  const key = await makeKey(home, { holder, role, use: "sign" })
  const kid = keyId(publicPart(key.jwk))
  if (await isMemberHome(home)) {
    const print = keyFingerprint(publicPart(key.jwk))
    const text = `key ${kid}\nfingerprint of the key  ${print}\nnext: \`parley key export\`, and \`parley key add\` in the party's home`
    return { json: { keyFingerprint: print, kid }, text }
  }
  const card = await writeOwnCard(home)
  const text = `key ${kid}\nnew fingerprint of the card  ${fingerprint(card)}`
  return { json: { fingerprint: fingerprint(card), kid }, text }
}

/** A person's home names the party; the card is made where the party's result and access keys are. */
async function setUpMember(home: Home, name: string): Promise<void> {
  if (await isSetUp(home)) {
    throw new ParleyError("usage", `${home.folder} is set up already; --party makes a home of its own`)
  }
  await writeHomeJson(home, "party.json", checkSchema({ name, title: name }, LocalParty))
}

async function isMemberHome(home: Home): Promise<boolean> {
  return !(await localKeys(home)).some(({ use }) => use === "result")
}
