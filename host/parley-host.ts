#!/usr/bin/env node
import { Command } from "commander"
import { runProgram } from "../verifier/cli/run.ts"
import { admitCommand } from "./commands/admit.ts"
import { backupCommand, restoreCommand } from "./commands/backup.ts"
import { drainCommand } from "./commands/drain.ts"
import { initCommand } from "./commands/init.ts"
import { purgeCommand } from "./commands/purge.ts"
import { startCommand } from "./commands/start.ts"
import { statusCommand } from "./commands/status.ts"

const program = new Command("parley-host")
  .description("Run the untrusted side: relay rooms, store ciphertext, start enclaves.")
  .version("0.1.0")
  .addCommand(initCommand())
  .addCommand(admitCommand())
  .addCommand(startCommand())
  .addCommand(statusCommand())
  .addCommand(drainCommand())
  .addCommand(backupCommand())
  .addCommand(restoreCommand())
  .addCommand(purgeCommand())

await runProgram(program, process.argv)
