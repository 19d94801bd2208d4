#!/usr/bin/env node
import { Command } from "commander"
import { datasetCommand } from "./dataset/index.ts"
import { initCommand } from "./init/index.ts"
import { keyCommand } from "./key/index.ts"
import { partyCommand } from "./party/index.ts"
import { runProgram } from "./run.ts"
import { tokenCommand } from "./token/index.ts"

const program = new Command("parley")
  .description("Agree on a query over data that nobody shows, verify the enclave that runs it, check the receipt.")
  .version("0.1.0")
  .addCommand(initCommand())
  .addCommand(keyCommand())
  .addCommand(partyCommand())
  .addCommand(tokenCommand())
  .addCommand(datasetCommand())

await runProgram(program, process.argv)
