import { sha256 } from "@noble/hashes/sha2.js"
import { fromBase64url, toHex } from "../../bytes.ts"
import type { Contract } from "../contract.ts"
import { invalid } from "./require.ts"

export function checkEvidence({ evidence }: Contract): void {
  const { certificate, sha256: digest } = evidence.trustAnchor
  if (toHex(sha256(fromBase64url(certificate))) !== digest) {
    throw invalid("evidence.trustAnchor.sha256", "is not the digest of the certificate")
  }
  const zeros = "0".repeat(96)
  for (const [index, { pcr0, pcr1, pcr2 }] of evidence.images.entries()) {
    if ([pcr0, pcr1, pcr2].includes(zeros)) throw invalid(`evidence.images.${index}`, "zeros are those of debug mode")
  }
}
