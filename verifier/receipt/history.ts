import type { VerifiedReceipt } from "./verify.ts"

/** What the receipts of one contract say together. */
export interface History {
  readonly contract: string
  readonly title: string
  readonly runs: readonly {
    readonly sequence: number
    readonly query: string
    readonly issuedAt: string
    readonly receipt: string
    readonly recipients: readonly string[]
    readonly simulated: boolean
  }[]
  /** One sentence each; empty when the chain holds. */
  readonly findings: readonly string[]
}

/** Puts receipts into chains by contract and says what does not fit: forks, repeats, a predecessor that is missing. */
export function histories(receipts: readonly VerifiedReceipt[]): readonly History[] {
  const byContract = Map.groupBy(unique(receipts), ({ inForce }) => inForce.digest)
  return [...byContract].sort(([a], [b]) => (a < b ? -1 : 1)).map(([contract, own]) => history(contract, own))
}

function history(contract: string, own: readonly VerifiedReceipt[]): History {
  const ordered = own.toSorted((a, b) => sequence(a) - sequence(b) || (a.digest < b.digest ? -1 : 1))
  return {
    contract,
    findings: [...forks(ordered), ...gaps(ordered), ...repeats(ordered)],
    runs: ordered.map(({ digest, receipt: { predicate }, simulated }) => ({
      issuedAt: predicate.issuedAt,
      query: predicate.query,
      receipt: digest,
      recipients: predicate.recipients,
      sequence: predicate.sequence,
      simulated,
    })),
    title: ordered[0]?.inForce.contract.title ?? "",
  }
}

/** Two receipts after the same one: some party was shown another history. */
function forks(ordered: readonly VerifiedReceipt[]): readonly string[] {
  const byPrevious = Map.groupBy(ordered, ({ receipt }) => receipt.predicate.previous ?? "the beginning")
  return [...byPrevious]
    .filter(([, same]) => same.length > 1)
    .map(([previous, same]) => `${same.length} receipts follow ${previous}`)
}

function gaps(ordered: readonly VerifiedReceipt[]): readonly string[] {
  const known = new Set(ordered.map(({ digest }) => digest))
  return ordered.flatMap(({ digest, receipt: { predicate } }) =>
    predicate.previous === null || known.has(predicate.previous)
      ? []
      : [`receipt ${digest} follows ${predicate.previous}, which is missing`],
  )
}

/** Two receipts that cite one grant convict the image; two of one sequence convict whoever granted both. */
function repeats(ordered: readonly VerifiedReceipt[]): readonly string[] {
  const grants = ordered.flatMap(({ digest, receipt }) =>
    receipt.predicate.grants.map((grant) => ({ cited: grant.digest, digest })),
  )
  const twice = [...Map.groupBy(grants, ({ cited }) => cited)].filter(([, same]) => same.length > 1)
  const sequences = [...Map.groupBy(ordered, sequence)].filter(([, same]) => same.length > 1)
  return [
    ...twice.map(([cited]) => `grant ${cited} is cited by more than one receipt`),
    ...sequences.map(([number]) => `sequence ${number} has more than one receipt`),
  ]
}

function sequence({ receipt }: VerifiedReceipt): number {
  return receipt.predicate.sequence
}

function unique(receipts: readonly VerifiedReceipt[]): readonly VerifiedReceipt[] {
  return [...new Map(receipts.map((receipt) => [receipt.digest, receipt])).values()]
}
