#!/usr/bin/env node
import { Command } from "commander"
import { attestationCommand } from "./attestation/index.ts"
import { auditCommand } from "./audit/index.ts"
import { contractCommand } from "./contract/index.ts"
import { datasetCommand } from "./dataset/index.ts"
import { doctorCommand } from "./doctor/index.ts"
import { enclaveCommand } from "./enclave/index.ts"
import { imageCommand } from "./image/index.ts"
import { initCommand } from "./init/index.ts"
import { keyCommand } from "./key/index.ts"
import { ledgerCommand } from "./ledger/index.ts"
import { optoutCommand } from "./optout/index.ts"
import { partyCommand } from "./party/index.ts"
import { receiptCommand } from "./receipt/index.ts"
import { resultCommand } from "./result/index.ts"
import { runProgram } from "./run.ts"
import { runCommand } from "./runs/index.ts"
import { tokenCommand } from "./token/index.ts"

const program = new Command("parley")
  .description("Agree on a query over data that nobody shows, verify the enclave that runs it, check the receipt.")
  .version("0.1.0")
  .addCommand(initCommand())
  .addCommand(doctorCommand())
  .addCommand(keyCommand())
  .addCommand(partyCommand())
  .addCommand(tokenCommand())
  .addCommand(contractCommand())
  .addCommand(datasetCommand())
  .addCommand(enclaveCommand())
  .addCommand(runCommand())
  .addCommand(resultCommand())
  .addCommand(receiptCommand())
  .addCommand(auditCommand())
  .addCommand(ledgerCommand())
  .addCommand(optoutCommand())
  .addCommand(attestationCommand())
  .addCommand(imageCommand())

await runProgram(program, process.argv)
