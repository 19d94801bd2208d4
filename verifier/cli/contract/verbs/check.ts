import { Command } from "commander"
import { checkContract } from "../../../../shared/contract/check.ts"
import { Contract } from "../../../../shared/contract/contract.ts"
import { canonicalBytes, parseCanonical, parseLoose } from "../../../../shared/json/canonical.ts"
import { KINDS, objectDigest } from "../../../../shared/signed/kinds.ts"
import { unfilledFields } from "../../../contract/placeholders.ts"
import { type ContractInWords, contractInWords } from "../../../contract/words.ts"
import { judgeLocally } from "../../engine/judge.ts"
import { readRequired, writeAtomically } from "../../files.ts"
import { jsonOption, perform } from "../../outcome.ts"

/** `parley contract check`: a contract in words. */
export function checkCommand(): Command {
  return jsonOption(new Command("check"))
    .argument("<file>", "contract")
    .description("Check a contract and say in words, per party, what leaves, to whom, and what remains risky.")
    .option("--write", "write the file back in canonical form, after editing it by hand")
    .addHelpText("after", "\nExample:\n  parley contract check room/contract.json")
    .action(perform(check))
}

async function check(file: string, options: { write?: boolean }) {
  const raw = await readRequired(file, KINDS.contract.maxBytes)
  const read = options.write === true ? parseLoose : parseCanonical
  const contract = read(raw, Contract, KINDS.contract.maxBytes)
  checkContract(contract)
  const words = contractInWords(contract, await judgeLocally(contract))
  const bytes = canonicalBytes(contract)
  if (options.write === true) await writeAtomically(file, bytes)
  const digest = objectDigest("contract", bytes)
  const unfilled = unfilledFields(contract)
  const blank = unfilled.length === 0 ? [] : [`\nnobody signs this: still to be filled in: ${unfilled.join(", ")}`]
  return {
    json: { ...words, digest, termsComplete: unfilled.length === 0, unfilled },
    text: [`${contract.title}, digest ${digest}`, ...lines(words), ...blank].join("\n"),
  }
}

function lines({ parties, queries, risks, unused }: ContractInWords): readonly string[] {
  return [
    ...queries.flatMap(({ says }) => says.map((line, index) => (index === 0 ? `\n${line}` : `  ${line}`))),
    ...parties.flatMap(({ party, says }) => [`\n${party}`, ...says.map((line) => `  ${line}`)]),
    "\nwhat remains risky",
    ...risks.map((line) => `  ${line}`),
    ...(unused.length === 0 ? [] : [`\ncolumns that no query reads: ${unused.join(", ")}`]),
  ]
}
