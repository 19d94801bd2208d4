import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { writeAtomically } from "../files.ts"
import { jsonOption, perform } from "../outcome.ts"
import { measureFile } from "./measure-file.ts"
import { simulatedMeasurements } from "./simulated.ts"

/** `parley image`: what an enclave image measures. */
export function imageCommand(): Command {
  return new Command("image").description("Measure an enclave image.").addCommand(measureCommand())
}

function measureCommand(): Command {
  return jsonOption(new Command("measure"))
    .argument("[file]", "enclave image (EIF)")
    .description("Compute the measurements that a contract or policy allows, from an enclave image.")
    .option("--simulated", "measure this checkout's enclave sources in place of an image")
    .option("--label <text>", "name of the image in a contract", "enclave image")
    .option("--out <file>", "write them as an image for `parley contract init --image`")
    .option("--policy <file>", "write them as a policy for `parley attestation verify --policy`")
    .addHelpText("after", HELP)
    .action(perform(measure))
}

const HELP = `
PCR0, 1 and 2 are those that the security module of a booted enclave reports. They are computed from the file alone: it
need not come from Parley. An image of Parley's own cannot be built by this version.

Examples:
  parley image measure enclave.eif --policy policy.json
  parley image measure --simulated --out image.json`

interface MeasureOptions {
  readonly simulated?: boolean
  readonly label: string
  readonly out?: string
  readonly policy?: string
}

async function measure(file: string | undefined, options: MeasureOptions) {
  if ((file === undefined) === (options.simulated !== true)) {
    throw new ParleyError("usage", "name an enclave image, or give --simulated")
  }
  const measured = file === undefined ? await simulated() : await measureFile(file, options.label)
  const { image } = measured
  if (options.out !== undefined) await writeAtomically(options.out, `${JSON.stringify(image, null, 2)}\n`)
  if (options.policy !== undefined) await writeAtomically(options.policy, `${JSON.stringify(policy(image), null, 2)}\n`)
  return { json: measured.json, text: measured.text }
}

async function simulated() {
  const { pcr0, pcr1, pcr2 } = await simulatedMeasurements()
  const image = { label: "SIMULATED image of a checkout", pcr0, pcr1, pcr2 }
  const text = [`SIMULATED PCR0 ${pcr0}`, `SIMULATED PCR1 ${pcr1}`, `SIMULATED PCR2 ${pcr2}`].join("\n")
  return { image, json: { image, simulated: true }, text }
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
