import { randomBytes } from "node:crypto"
import { Command } from "commander"
import { toBase64url } from "../../../../shared/bytes.ts"
import { canonicalBytes } from "../../../../shared/json/canonical.ts"
import { objectDigest } from "../../../../shared/signed/kinds.ts"
import { writeAtomically } from "../../files.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { readContract } from "../read-contract.ts"

/** `parley contract amend`: the draft of an amendment. */
export function amendCommand(): Command {
  return jsonOption(new Command("amend"))
    .argument("<file>", "the contract in force")
    .description(
      "Start an amendment: a new contract that names this one as its predecessor. Needs the parties of both; " +
        "the predecessor holds until every party has signed.",
    )
    .requiredOption("--out <file>", "where the draft is written; edit it, then check and sign it in a room of its own")
    .addHelpText("after", "\nExample:\n  parley contract amend room/contract.json --out room-2/contract.json")
    .action(perform(amend))
}

async function amend(file: string, options: { out: string }) {
  const [contract, bytes] = await readContract(file)
  const predecessor = objectDigest("contract", bytes)
  const draft = { ...contract, id: toBase64url(randomBytes(16)), predecessor }
  await writeAtomically(options.out, canonicalBytes(draft))
  const text = `${options.out}\namends ${predecessor}; edit it, check it, and have the parties of both sign it`
  return { json: { file: options.out, predecessor }, text }
}
