import { Command, Option } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { keyFingerprint, type MemberKey, writeMemberKey } from "../colleagues.ts"
import { writeAtomically } from "../files.ts"
import { homeAt, localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"

interface Options {
  readonly access?: boolean
  readonly home?: string
  readonly key?: string
  readonly out?: string
}

const EXAMPLES = `
Examples:
  parley key export --out grace.key.json
  parley key export --access --out bank.access.json`

/** `parley key export`: the public half of a signing key, or the access key as it is. */
export function exportCommand(): Command {
  return homeOption(jsonOption(new Command("export")))
    .description("Write the public half of a signing key to a file, for whoever makes the party's card.")
    .option("--key <kid>", "signing key, when the home has several")
    .addOption(
      new Option(
        "--access",
        "the party's access key with its secret instead, mode 0600: a colleague needs it to use the host. It signs " +
          "requests and no consent; hand it over like a password",
      ).conflicts("key"),
    )
    .option("--out <file>", "where to write it; <first digits of the key>.key.json when not given")
    .addHelpText("after", EXAMPLES)
    .action(perform((options: Options) => (options.access === true ? exportAccess(options) : exportPublic(options))))
}

async function exportPublic(options: Options): Promise<Outcome> {
  const home = homeAt(options.home)
  const { name: party } = await localParty(home)
  const { holder, jwk, role } = await localKey(home, "sign", options.key)
  const shared = publicPart(jwk)
  const key: MemberKey = { format: "parley/member-key/v1", holder, jwk: shared, party, role }
  const out = options.out ?? `${keyId(shared).slice(0, 8)}.key.json`
  await writeMemberKey(out, key)
  const print = keyFingerprint(shared)
  const text = `${out}\nfingerprint of the key  ${print}\nread it out to whoever adds the key; mail could change both`
  return { json: { file: out, keyFingerprint: print, kid: keyId(shared) }, text }
}

async function exportAccess({ home: folder, out }: Options): Promise<Outcome> {
  if (out === undefined) throw new ParleyError("usage", "--access: give --out; the file holds a secret")
  const key = await localKey(homeAt(folder), "access")
  await writeAtomically(out, canonicalBytes(key), 0o600)
  const kid = keyId(publicPart(key.jwk))
  const text = `${out}: access key ${kid} with its secret\nnext: \`parley key import\` in the colleague's home, then destroy the file`
  return { json: { file: out, kid }, text }
}
