import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { keyId, publicPart, signingKey } from "../../../shared/signed/keys.ts"
import { knownCard } from "../cards.ts"
import { readRequired } from "../files.ts"
import { homeAt, LocalKey, localParty, writeHomeJson } from "../home.ts"
import { localKeys } from "../keys.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"

const MAX_BYTES = 16 * 1024

/** `parley key import`: the party's access key, in the home of one of its people. */
export function importCommand(): Command {
  return homeOption(jsonOption(new Command("import")))
    .argument("<file>", "made by `parley key export --access` in the party's home")
    .description("Take over the party's access key, to use the host from a home of one's own. No signing key moves.")
    .addHelpText("after", "\nExample:\n  parley key import bank.access.json")
    .action(perform(importKey))
}

async function importKey(file: string, options: { home?: string }) {
  const home = homeAt(options.home)
  const { name } = await localParty(home)
  const key = parseLoose(await readRequired(file, MAX_BYTES), LocalKey, MAX_BYTES)
  if (key.use !== "access") throw new ParleyError("usage", "only an access key moves; signing keys stay where they are")
  if ((await localKeys(home)).some(({ use }) => use === "access")) {
    throw new ParleyError("usage", "this home has an access key already")
  }
  await signingKey(key.jwk)
  const kid = keyId(publicPart(key.jwk))
  if (kid !== keyId((await knownCard(home, name)).accessKey)) {
    throw new ParleyError("party-mismatch", `the key is not the access key on the confirmed card of ${name}`)
  }
  await writeHomeJson(home, `keys/${kid}.json`, key)
  return { json: { kid }, text: `access key ${kid}` }
}
