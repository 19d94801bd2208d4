import { join } from "node:path"
import { Command } from "commander"
import { checkContract } from "../../../../shared/contract/check.ts"
import { Contract } from "../../../../shared/contract/contract.ts"
import { canonicalBytes, parseCanonical, parseLoose } from "../../../../shared/json/canonical.ts"
import { KINDS, objectDigest } from "../../../../shared/signed/kinds.ts"
import { unfilledFields } from "../../../contract/placeholders.ts"
import { RULE_HEADER, ruleCells } from "../../../contract/rule-table.ts"
import { type ContractInWords, contractInWords, type QueryInWords } from "../../../contract/words.ts"
import { plotSvg } from "../../../privacy/plot-svg.ts"
import { plotText } from "../../../privacy/plot-text.ts"
import { judgeLocally } from "../../engine/judge.ts"
import { readRequired, writeAtomically } from "../../files.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { table } from "../../table.ts"

/** `parley contract check`: a contract in words. */
export function checkCommand(): Command {
  return jsonOption(new Command("check"))
    .argument("<file>", "contract")
    .description(
      "Check a contract and say in words, per party, what leaves, to whom, under which rule, and what could be solved for.",
    )
    .option("--plot <folder>", "draw expected error against epsilon, an SVG file for each private query")
    .option("--write", "write the file back in canonical form, after editing it by hand")
    .addHelpText("after", "\nExample:\n  parley contract check room/contract.json")
    .action(perform(check))
}

async function check(file: string, options: { plot?: string; write?: boolean }) {
  const raw = await readRequired(file, KINDS.contract.maxBytes)
  const read = options.write === true ? parseLoose : parseCanonical
  const contract = read(raw, Contract, KINDS.contract.maxBytes)
  checkContract(contract)
  const words = contractInWords(contract, await judgeLocally(contract))
  const bytes = canonicalBytes(contract)
  if (options.write === true) await writeAtomically(file, bytes)
  if (options.plot !== undefined) await draw(options.plot, words)
  const digest = objectDigest("contract", bytes)
  const unfilled = unfilledFields(contract)
  const blank = unfilled.length === 0 ? [] : [`\nnobody signs this: still to be filled in: ${unfilled.join(", ")}`]
  return {
    json: { ...words, digest, termsComplete: unfilled.length === 0, unfilled },
    text: [`${contract.title}, digest ${digest}`, ...lines(words), ...blank].join("\n"),
  }
}

/** A picture for each query that has curves. */
async function draw(folder: string, { queries }: ContractInWords): Promise<void> {
  for (const { curves, query } of queries) {
    if (curves.length === 0) continue
    await writeAtomically(join(folder, `${query}.svg`), plotSvg(`${query}: error against epsilon`, curves))
  }
}

function lines(words: ContractInWords): readonly string[] {
  const { leakage, parties, queries, risks, unused } = words
  return [
    ...queries.flatMap(queryLines),
    ...parties.flatMap(({ party, says }) => [`\n${party}`, ...says.map((line) => `  ${line}`)]),
    ...leakageLines(leakage),
    "\nwhat remains risky",
    ...risks.map((line) => `  ${line}`),
    ...(unused.length === 0 ? [] : [`\ncolumns that no query reads: ${unused.join(", ")}`]),
  ]
}

function queryLines({ curves, digest, rule, says }: QueryInWords): readonly string[] {
  const rows = rule.length === 0 ? [] : table(RULE_HEADER, rule.map(ruleCells)).split("\n")
  const plot = curves.length === 0 ? [] : ["", ...plotText(curves).split("\n")]
  return [
    ...says.map((line, index) => (index === 0 ? `\n${line}` : `  ${line}`)),
    `  digest ${digest}`,
    ...[...rows, ...plot].map((line) => `  ${line}`.trimEnd()),
  ]
}

function leakageLines(leakage: ContractInWords["leakage"]): readonly string[] {
  if (leakage.length === 0) return []
  return [
    "\nwhat could be subtracted or solved for, all within the rules",
    ...leakage.flatMap(({ example, kind, what }) => [`  ${kind}: ${what}`, `    for example, ${example}`]),
  ]
}
