import { Command } from "commander"
import { jsonOption, perform } from "../outcome.ts"
import type { ExplainOptions } from "./explain/explain.ts"
import { EXPLAIN_HELP, VERIFY_HELP } from "./help.ts"
import type { VerifyOptions } from "./verify.ts"

/** `parley attestation`: documents from files, offline. What a verb needs is loaded when it is asked for. */
export function attestationCommand(): Command {
  return new Command("attestation")
    .description("Judge and explain attestation documents from files, offline.")
    .addCommand(verifyCommand())
    .addCommand(explainCommand())
}

function verifyCommand(): Command {
  return jsonOption(new Command("verify"))
    .description("Judge one document at a given time against a policy or a contract's images.")
    .requiredOption("--document <file>", "raw bytes or base64")
    .requiredOption("--at <instant>", "time at which the chain is judged, ISO 8601")
    .option("--policy <file>", "policy file: format, pcrs, nonce, maxAgeSeconds, debug")
    .option("--contract <file>", "take the allowed images from a contract, and hold PCR16 against its digest")
    .option("--nonce <hex>", "the nonce that the document must answer")
    .option("--trust-root <pem>", "another root than AWS's; the verdict then says so")
    .addHelpText("after", VERIFY_HELP)
    .action(perform(async (options: VerifyOptions) => (await import("./verify.ts")).verify(options)))
}

function explainCommand(): Command {
  return jsonOption(new Command("explain"))
    .description("Show what a document says, what is odd about it, and what nobody has checked.")
    .argument("<file>", "raw bytes or base64")
    .option("--at <instant>", "time at which the chain is judged, ISO 8601; else the document's own timestamp")
    .option("--trust-root <pem>", "another root than AWS's; the explanation then says so")
    .addHelpText("after", EXPLAIN_HELP)
    .action(
      perform(async (path: string, options: ExplainOptions) =>
        (await import("./explain/explain.ts")).explain(path, options),
      ),
    )
}
