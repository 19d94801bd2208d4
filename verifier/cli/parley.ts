#!/usr/bin/env node
import { Command } from "commander"
import { runProgram } from "./run.ts"

/** Loads one noun's commands. Only the one that is asked for is loaded: a verdict must not wait for a database. */
const NOUNS: Readonly<Record<string, () => Promise<Command>>> = {
  init: async () => (await import("./init/index.ts")).initCommand(),
  doctor: async () => (await import("./doctor/index.ts")).doctorCommand(),
  key: async () => (await import("./key/index.ts")).keyCommand(),
  party: async () => (await import("./party/index.ts")).partyCommand(),
  token: async () => (await import("./token/index.ts")).tokenCommand(),
  contract: async () => (await import("./contract/index.ts")).contractCommand(),
  dataset: async () => (await import("./dataset/index.ts")).datasetCommand(),
  enclave: async () => (await import("./enclave/index.ts")).enclaveCommand(),
  run: async () => (await import("./runs/index.ts")).runCommand(),
  result: async () => (await import("./result/index.ts")).resultCommand(),
  receipt: async () => (await import("./receipt/index.ts")).receiptCommand(),
  audit: async () => (await import("./audit/index.ts")).auditCommand(),
  ledger: async () => (await import("./ledger/index.ts")).ledgerCommand(),
  budget: async () => (await import("./budget/index.ts")).budgetCommand(),
  optout: async () => (await import("./optout/index.ts")).optoutCommand(),
  attestation: async () => (await import("./attestation/index.ts")).attestationCommand(),
  image: async () => (await import("./image/index.ts")).imageCommand(),
}

const program = new Command("parley")
  .description("Agree on a query over data that nobody shows, verify the enclave that runs it, check the receipt.")
  .version("0.1.0")

/** All of them when none is named, for help and for what is mistyped. */
const [, , asked = ""] = process.argv
const loaders = Object.hasOwn(NOUNS, asked) ? [NOUNS[asked]] : Object.values(NOUNS)
for (const load of loaders) if (load !== undefined) program.addCommand(await load())

await runProgram(program, process.argv)
