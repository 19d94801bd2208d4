import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { fingerprint, sameFingerprint, writeOwnCard } from "../cards.ts"
import { addColleague, keyFingerprint, readMemberKey } from "../colleagues.ts"
import { homeAt, localParty } from "../home.ts"
import { localKey, localKeys } from "../keys.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"

interface Options {
  readonly home?: string
  readonly fingerprint?: string
}

/** `parley key add`: a colleague's key on this party's card. */
export function addCommand(): Command {
  return homeOption(jsonOption(new Command("add")))
    .argument("<file>", "made by `parley key export` in a colleague's home")
    .description(
      "Put a colleague's key on this party's card, after comparing its fingerprint with them. The card changes: " +
        "export it anew. What the key approves is in each contract (`parley contract init --approvals`).",
    )
    .option("--fingerprint <text>", "the fingerprint of the key as the colleague read it out")
    .addHelpText("after", '\nExample:\n  parley key add grace.key.json --fingerprint "3f1c 88a0 ... 9b2e"')
    .action(perform(addKey))
}

async function addKey(file: string, options: Options) {
  const home = homeAt(options.home)
  const { name } = await localParty(home)
  await localKey(home, "result")
  const key = await readMemberKey(file)
  if (key.party !== name)
    throw new ParleyError("party-mismatch", `the key is of ${key.party}, and this home of ${name}`)
  if ((await localKeys(home)).some(({ jwk }) => keyId(publicPart(jwk)) === keyId(key.jwk))) {
    throw new ParleyError("usage", "this home holds that key itself; a colleague's is made in a home of their own")
  }
  const print = keyFingerprint(key.jwk)
  if (options.fingerprint === undefined) {
    throw new ParleyError("usage", `the fingerprint of the key is ${print}`, {
      todo: `Have ${key.holder} read theirs out, and give what you hear with --fingerprint.`,
    })
  }
  if (!sameFingerprint(options.fingerprint, print)) {
    throw new ParleyError("fingerprint-mismatch", `the key of ${key.holder} has another fingerprint`)
  }
  await addColleague(home, key)
  const card = await writeOwnCard(home)
  const text = `${key.holder} (${key.role}) is on the card of ${name}\nnew fingerprint of the card  ${fingerprint(card)}`
  return { json: { fingerprint: fingerprint(card), kid: keyId(key.jwk), keys: card.signingKeys.length }, text }
}
