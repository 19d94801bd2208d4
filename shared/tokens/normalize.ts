import type { NormalizationStep } from "../contract/tokens.ts"

const STEPS: Readonly<Record<NormalizationStep, (text: string) => string>> = {
  alphanumeric: (text) => text.replace(/[^\p{L}\p{N}]/gu, ""),
  digits: (text) => text.replace(/[^0-9]/g, ""),
  lowercase: (text) => text.toLowerCase(),
  nfkc: (text) => text.normalize("NFKC"),
  "no-spaces": (text) => text.replace(/\p{White_Space}/gu, ""),
  trim: (text) => text.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ""),
  uppercase: (text) => text.toUpperCase(),
}

/** Applies the steps in the listed order. Case mappings are Unicode's own, whatever the machine's locale. */
export function normalize(text: string, steps: readonly NormalizationStep[]): string {
  let out = text
  for (const step of steps) out = STEPS[step](out)
  return out
}
