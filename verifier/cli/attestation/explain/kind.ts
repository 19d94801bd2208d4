import { fieldOf, type Reading, textField } from "./reading.ts"

/** What sort of evidence a document is. NitroTPM shares root and chain with enclaves and says something else. */
export type EvidenceKind = "nitro-enclave" | "nitrotpm" | "unknown"

export function kindOf(reading: Reading): EvidenceKind {
  if (fieldOf(reading, "nitrotpm_pcrs") !== null || /-tpm[0-9a-f]*$/i.test(textField(reading, "module_id") ?? "")) {
    return "nitrotpm"
  }
  return fieldOf(reading, "pcrs") === null && textField(reading, "module_id") === null ? "unknown" : "nitro-enclave"
}

/** The parent instance that a module_id names: i-0123456789abcdef0 of i-0123456789abcdef0-enc0123456789abcdef. */
export function instanceOf(reading: Reading): string | null {
  return /^(i-[0-9a-f]{8,17})-(?:enc|tpm)[0-9a-f]+$/.exec(textField(reading, "module_id") ?? "")?.[1] ?? null
}
