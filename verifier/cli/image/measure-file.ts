import { createHash } from "node:crypto"
import { type MeasuredImage, measureImage } from "../../../shared/eif/measure.ts"
import { readRequired } from "../files.ts"

/** Largest image that is read, in bytes. Nitro enclaves' own are around a tenth of it. */
const MAX_IMAGE_BYTES = 1024 * 1024 * 1024

/** Measures an enclave image file. */
export async function measureFile(file: string, label: string) {
  const measured = measureImage(await readRequired(file, MAX_IMAGE_BYTES), () => createHash("sha384"))
  const { pcr0, pcr1, pcr2, sections, signed } = measured
  const image = { label, pcr0, pcr1, pcr2 }
  return { image, json: { image, sections, signed, simulated: false }, text: textOf(measured) }
}

function textOf({ pcr0, pcr1, pcr2, sections, signed }: MeasuredImage): string {
  return [
    `PCR0 ${pcr0}`,
    `PCR1 ${pcr1}`,
    `PCR2 ${pcr2}`,
    ...(signed ? ["PCR8 is set too, by the image's signature; this version does not compute it"] : []),
    `sections: ${sections.map(({ bytes, kind }) => `${kind} (${bytes} bytes)`).join(", ")}`,
  ].join("\n")
}
