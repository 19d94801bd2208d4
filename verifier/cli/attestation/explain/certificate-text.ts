import type { CertificateView } from "./certificates.ts"
import type { Extension } from "./extensions.ts"
import { spell } from "./times.ts"

/** Extensions that decide a path, or that people look for. */
const SHOWN = new Set(["basicConstraints", "keyUsage", "cRLDistributionPoints", "nameConstraints", "extKeyUsage"])

/** The chain as a tree, each certificate below its issuer. */
export function certificateLines(chain: readonly CertificateView[], carried: number): readonly string[] {
  const left = carried - chain.length
  const lines = chain.flatMap((view, depth) => {
    const indent = "   ".repeat(Math.max(0, depth - 1))
    const branch = depth === 0 ? "" : `${indent}└─ `
    const below = " ".repeat(branch.length)
    const [title, ...lines] = oneLines(view, depth)
    return [`${branch}${title}`, ...lines.map((line) => `${below}${line}`)]
  })
  return left === 0 ? lines : [...lines, `${left} more before the last are not shown`]
}

function oneLines({ bytes, parsed, pinned, sha256 }: CertificateView, depth: number): readonly string[] {
  const root = pinned ? "  (the pinned root)" : depth === 0 ? "  (NOT a pinned root)" : ""
  if (parsed === null) return [`${bytes} bytes that are no readable certificate${root}`, `sha256      ${sha256}`]
  const life = Math.round((parsed.notAfter.getTime() - parsed.notBefore.getTime()) / 1000)
  return [
    `${parsed.commonName}${root}`,
    `subject     ${parsed.subject}`,
    `valid       ${parsed.notBefore.toISOString()} to ${parsed.notAfter.toISOString()}, ${spell(life)}`,
    `key         ${parsed.key}, signed with ${parsed.signatureAlgorithm}`,
    ...parsed.extensions.filter(worthShowing).map(extensionLine),
    `sha256      ${sha256}`,
  ]
}

function worthShowing({ critical, name }: Extension): boolean {
  return critical || SHOWN.has(name)
}

function extensionLine({ critical, name, says }: Extension): string {
  return `extension   ${name}${critical ? ", critical" : ""}${says === "" ? "" : `: ${says}`}`
}
