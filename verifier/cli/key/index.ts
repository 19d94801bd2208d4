import { Command, Option } from "commander"
import { checkSchema } from "../../../shared/json/canonical.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { fingerprint, writeOwnCard } from "../cards.ts"
import { homeAt, LocalKey, localParty } from "../home.ts"
import { ROLES } from "../init/index.ts"
import { localKeys } from "../keys.ts"
import { makeKey } from "../make-key.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"
import { table } from "../table.ts"

/** `parley key`: the party's own keys. */
export function keyCommand(): Command {
  return new Command("key")
    .description("Make and show this party's keys.")
    .addCommand(createCommand())
    .addCommand(showCommand())
}

function createCommand(): Command {
  return homeOption(jsonOption(new Command("create")))
    .description("Make a further signing key, for another person who approves. The card changes: export it anew.")
    .requiredOption("--holder <person>", "who holds it")
    .addOption(new Option("--role <role>", "in which role they approve").choices([...ROLES]).makeOptionMandatory())
    .addHelpText("after", '\nExample:\n  parley key create --holder "Grace Lund" --role privacy-officer')
    .action(
      perform(async (options: { home?: string; holder: string; role: string }) => {
        const home = homeAt(options.home)
        await localParty(home)
        const role = checkSchema(options.role, LocalKey.shape.role)
        const holder = checkSchema(options.holder, LocalKey.shape.holder)
        const key = await makeKey(home, { holder, role, use: "sign" })
        const card = await writeOwnCard(home)
        const kid = keyId(publicPart(key.jwk))
        const text = `key ${kid}\nnew fingerprint of the card  ${fingerprint(card)}`
        return { json: { fingerprint: fingerprint(card), kid }, text }
      }),
    )
}

function showCommand(): Command {
  return homeOption(jsonOption(new Command("show")))
    .description("Show the keys of this home, without their secrets.")
    .addHelpText("after", "\nExample:\n  parley key show")
    .action(
      perform(async (options: { home?: string }) => {
        const keys = await localKeys(homeAt(options.home))
        const shown = keys.map(({ holder, jwk, role, use }) => ({ holder, kid: keyId(publicPart(jwk)), role, use }))
        const rows = shown.map(({ holder, kid, role, use }) => [use, kid, role, holder])
        return { json: { keys: shown }, text: table(["use", "key", "role", "holder"], rows) }
      }),
    )
}
