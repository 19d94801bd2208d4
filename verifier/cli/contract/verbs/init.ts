import { Command, Option } from "commander"
import { canonicalBytes } from "../../../../shared/json/canonical.ts"
import { objectDigest } from "../../../../shared/signed/kinds.ts"
import { unfilledFields } from "../../../contract/placeholders.ts"
import { writeAtomically } from "../../files.ts"
import { homeAt } from "../../home.ts"
import { DAYS, numberOption } from "../../number-option.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { homeOption } from "../../room.ts"
import { draftContract, type InitOptions } from "../init.ts"
import { RECIPES } from "../recipes.ts"

const EXAMPLE = `
Example:
  parley contract init --recipe overlap --dataset accounts.dataset.json persons.dataset.json --recipient agency \\
    --token-commitment 5e2f... --token-issuer bank --image image.json --agreement agreement.pdf --residency Frankfurt \\
    --retain-inputs "90 days" --retain-results "10 years" --approvals bank:contract=2,grant=2 --out room/contract.json`

/** `parley contract init`: a draft from a recipe. */
export function initCommand(): Command {
  return termsOptions(homeOption(jsonOption(new Command("init"))))
    .description(
      "Draft a contract from a recipe and the owners' proposals. Edit the draft, then `parley contract check --write`.",
    )
    .addOption(new Option("--recipe <name>", "what is asked").choices(Object.keys(RECIPES)).makeOptionMandatory())
    .requiredOption("--dataset <file...>", "proposals made by `parley contract describe`")
    .requiredOption("--recipient <party...>", "who receives the results")
    .option("--approver <party...>", "parties that only approve", [])
    .option(
      "--approvals <rule...>",
      "how many keys of a party must sign, [party:]contract=N[/role+role],grant=N; one key of any role when not given",
      [],
    )
    .option("--token-spec <name>", "name of the token spec", "identities")
    .requiredOption("--token-commitment <hex>", "printed by `parley token create`")
    .requiredOption("--token-issuer <party>", "who made the token secret")
    .option("--normalize <step...>", "how identities are normalised, in order", ["nfkc", "trim", "lowercase"])
    .requiredOption("--image <file...>", "allowed images, from `parley image measure --out`")
    .option("--trust-root <pem>", "root of the evidence, when it is not AWS's")
    .option("--title <text>")
    .option("--days <n>", "validity", numberOption("--days", DAYS), 365)
    .requiredOption("--out <file>")
    .addHelpText("after", EXAMPLE)
    .action(perform(init))
}

/** What only the parties know. A draft without it is made, and nobody signs it. */
function termsOptions(command: Command): Command {
  return command
    .option("--agreement <file>", "the legal agreement; its SHA-256 goes into the contract, the file does not")
    .option("--agreement-reference <text>", "name and date of the legal agreement; the file's name when not given")
    .option("--residency <text>", "where the enclave runs")
    .option("--retain-inputs <text>", "until when sealed inputs are kept")
    .option("--retain-results <text>", "until when results are kept")
}

async function init(options: InitOptions & { home?: string; out: string }) {
  const contract = await draftContract(homeAt(options.home), options, new Date())
  const bytes = canonicalBytes(contract)
  await writeAtomically(options.out, bytes)
  const digest = objectDigest("contract", bytes)
  const unfilled = unfilledFields(contract)
  const next =
    unfilled.length === 0
      ? `read it with \`parley contract check ${options.out}\``
      : `fill in ${unfilled.join(", ")}, then \`parley contract check --write ${options.out}\``
  return { json: { digest, file: options.out, unfilled }, text: `${options.out}\ndigest ${digest}\n${next}` }
}
