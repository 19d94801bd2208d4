#!/usr/bin/env node
import { Command } from "commander"
import { runProgram } from "./run.ts"

const program = new Command("parley")
  .description("Agree on a query over data that nobody shows, verify the enclave that runs it, check the receipt.")
  .version("0.1.0")

await runProgram(program, process.argv)
