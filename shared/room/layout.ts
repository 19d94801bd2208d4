/**
 * Layout of a room folder: everything the parties of one contract exchange, as files that can live in git or mail
 * (SPEC.md, "Room"). A host keeps the same layout per contract. Paths are relative and use `/`.
 * Signed objects are one file per signature: `<folder>/<object digest>.<kid>.jws`.
 */
export const ROOM = {
  contract: "contract.json",
  cards: "parties",
  contractSignatures: "signatures",
  rejections: "rejections",
  endings: "endings",
  tokens: "tokens",
  manifests: "manifests",
  proposals: "proposals",
  cancellations: "cancellations",
  grants: "grants",
  refusals: "refusals",
  receipts: "receipts",
  results: "results",
  sealed: "sealed",
  challenges: "challenges",
  sessions: "sessions",
} as const

export function signaturePath(folder: string, digest: string, kid: string): string {
  return `${folder}/${digest}.${kid}.jws`
}

/** Digest and kid of a signature file's name, or null for a foreign file. */
export function parseSignaturePath(name: string): { digest: string; kid: string } | null {
  const match = /(?:^|\/)([0-9a-f]{64})\.([A-Za-z0-9_-]{43})\.jws$/.exec(name)
  return match?.[1] === undefined || match[2] === undefined ? null : { digest: match[1], kid: match[2] }
}

/** Ciphertext of part `index` of the dataset version with that manifest. */
export function partPath(manifest: string, index: number): string {
  return `${ROOM.sealed}/${manifest}/part-${String(index).padStart(5, "0")}.sealed`
}

/** A verifier's question to the enclave: an empty file, named by the nonce (32 bytes in hex). */
export function challengePath(nonce: string): string {
  return `${ROOM.challenges}/${nonce}`
}

/** The enclave's answer: a SessionEvidence. */
export function sessionPath(nonce: string): string {
  return `${ROOM.sessions}/${nonce}.json`
}

/** The sealed result of one proposal for one recipient: a compact JWE. */
export function resultPath(proposal: string, recipient: string): string {
  return `${ROOM.results}/${proposal}.${recipient}.jwe`
}

/** Receipt bundle by proposal. */
export function receiptPath(proposal: string): string {
  return `${ROOM.receipts}/${proposal}.bundle.json`
}
