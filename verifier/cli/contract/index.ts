import { Command } from "commander"
import { amendCommand } from "./verbs/amend.ts"
import { checkCommand } from "./verbs/check.ts"
import { describeCommand } from "./verbs/describe.ts"
import { diffCommand } from "./verbs/diff.ts"
import { dryRunCommand } from "./verbs/dry-run.ts"
import { hashCommand } from "./verbs/hash.ts"
import { initCommand } from "./verbs/init.ts"
import { pullCommand } from "./verbs/pull.ts"
import { pushCommand } from "./verbs/push.ts"
import { showCommand } from "./verbs/show.ts"
import { signCommand } from "./verbs/sign.ts"
import { endCommand, rejectCommand } from "./verbs/statement.ts"
import { statusCommand } from "./verbs/status.ts"

/** `parley contract`: what the parties agree on. */
export function contractCommand(): Command {
  return new Command("contract")
    .description("Draft, read, check and sign the contract of a room.")
    .addCommand(describeCommand())
    .addCommand(initCommand())
    .addCommand(checkCommand())
    .addCommand(showCommand())
    .addCommand(hashCommand())
    .addCommand(diffCommand())
    .addCommand(dryRunCommand())
    .addCommand(signCommand())
    .addCommand(rejectCommand())
    .addCommand(endCommand())
    .addCommand(statusCommand())
    .addCommand(amendCommand())
    .addCommand(pushCommand())
    .addCommand(pullCommand())
}
