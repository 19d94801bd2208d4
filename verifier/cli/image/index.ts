import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { writeAtomically } from "../files.ts"
import { jsonOption, perform } from "../outcome.ts"
import { simulatedMeasurements } from "./simulated.ts"

/** `parley image`: what an enclave image measures. */
export function imageCommand(): Command {
  return new Command("image").description("Measure an enclave image.").addCommand(measureCommand())
}

function measureCommand(): Command {
  return jsonOption(new Command("measure"))
    .description(
      "Compute the measurements that a contract allows. Only the SIMULATED image of this checkout exists so far.",
    )
    .option("--simulated", "measure this checkout's enclave sources in place of an image")
    .option("--out <file>", "write them as an image for `parley contract init --image`")
    .option("--policy <file>", "write them as a policy for `parley attestation verify --policy`")
    .addHelpText("after", "\nExample:\n  parley image measure --simulated --out image.json")
    .action(perform(measure))
}

async function measure(options: { simulated?: boolean; out?: string; policy?: string }) {
  if (options.simulated !== true) {
    throw new ParleyError("contract-feature-unsupported", "real images are not built by this version", {
      todo: "Use --simulated for tests. No part of this has run on Nitro hardware.",
    })
  }
  const { pcr0, pcr1, pcr2 } = await simulatedMeasurements()
  const image = { label: "SIMULATED image of a checkout", pcr0, pcr1, pcr2 }
  if (options.out !== undefined) await writeAtomically(options.out, `${JSON.stringify(image, null, 2)}\n`)
  if (options.policy !== undefined) await writeAtomically(options.policy, `${JSON.stringify(policy(image), null, 2)}\n`)
  const text = [`SIMULATED PCR0 ${pcr0}`, `SIMULATED PCR1 ${pcr1}`, `SIMULATED PCR2 ${pcr2}`].join("\n")
  return { json: { image, simulated: true }, text }
}

function policy({ pcr0, pcr1, pcr2 }: { pcr0: string; pcr1: string; pcr2: string }) {
  const unchecked = "set this to the nonce that you sent"
  const age = "set this to the oldest age in seconds that you accept"
  return {
    debug: "reject",
    format: "aws-nitro",
    maxAgeSeconds: { unchecked: age },
    nonce: { unchecked },
    pcrs: { 0: [pcr0], 1: [pcr1], 2: [pcr2] },
  }
}
