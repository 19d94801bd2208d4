import type { TrustAnchor } from "./anchor.ts"
import { authenticate, authenticChecks } from "./authentic.ts"
import { requireContract } from "./contract-register.ts"
import { CONTRACT_CHECK, evidence, type JudgedDocument, REVOCATION, type UncheckedItem } from "./evidence.ts"
import { measuredRegisters, requireFresh, requireMeasurements, requireNonce } from "./judge.ts"
import { type MeasurementPolicy, requireEnclavePolicy, requirePolicy, type Unchecked } from "./policy.ts"
import type { Engine } from "./prove.ts"

export interface DocumentRequest extends Engine {
  readonly document: Uint8Array
  readonly at: Date
  readonly anchors: readonly TrustAnchor[]
  /** A `NitroTpmPolicy` asks for an instance's document, any other one for an enclave's. */
  readonly measurements: MeasurementPolicy
  readonly nonce: Uint8Array | Unchecked
  readonly maxAgeSeconds: number | Unchecked
  /** Contract digest, 32 bytes. */
  readonly contract: Uint8Array | Unchecked
}

const SESSION: UncheckedItem = {
  reason: "a file does not say which session it answers for; `parley enclave verify` asks the enclave",
  what: "PCR17, user_data and public_key",
}

/** Judges a document by a policy alone; it says nothing about a Parley session and can release no key. */
export async function verifyDocument(request: DocumentRequest): Promise<JudgedDocument> {
  const { at, contract, maxAgeSeconds, nonce } = request
  const pinned = contract instanceof Uint8Array
  const measurements = (pinned ? requireEnclavePolicy : requirePolicy)(request.measurements)
  const format = measurements.kind === "nitrotpm" ? "aws-nitrotpm" : "aws-nitro"
  const authentic = await authenticate(request.document, { ...request, format, timeOf: () => at })
  const { document } = authentic
  const report = new Report(authenticChecks(format), [REVOCATION])
  report.add("nonce", nonce, (value) => requireNonce(document, value))
  report.add("freshness", maxAgeSeconds, (value) => requireFresh(document, at, value))
  report.add(measuredRegisters(measurements), measurements, (value) => requireMeasurements(document, value))
  report.add(CONTRACT_CHECK, contract, (value) => requireContract(document, value))
  return evidence(authentic, report.checked, [...report.unchecked, SESSION]) as JudgedDocument
}

/** Collects what was checked and what was not, in the order in which it was to be. */
class Report {
  readonly checked: string[]
  readonly unchecked: UncheckedItem[]

  constructor(checked: readonly string[], unchecked: readonly UncheckedItem[]) {
    this.checked = [...checked]
    this.unchecked = [...unchecked]
  }

  add<T>(what: string, expected: T | Unchecked, require: (value: T) => void): void {
    if (isUnchecked(expected)) {
      this.unchecked.push({ reason: expected.unchecked, what })
      return
    }
    require(expected)
    this.checked.push(what)
  }
}

function isUnchecked(expected: unknown): expected is Unchecked {
  return typeof expected === "object" && expected !== null && "unchecked" in expected
}
