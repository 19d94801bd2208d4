import type { TrustAnchor } from "./anchor.ts"
import { authenticate, authenticChecks } from "./authentic.ts"
import { requireContract } from "./contract-register.ts"
import { CONTRACT_CHECK, evidence, type JudgedDocument, REVOCATION, type UncheckedItem } from "./evidence.ts"
import { ageInput, digestInput, nonceInput, timeInput, uncheckedOr } from "./inputs.ts"
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

/**
 * Judges a document by a policy alone; it says nothing about a Parley session and can release no key. It copies what it
 * is given before it waits. Rejects with `ParleyError`: `policy-invalid` when the request cannot be used (a document,
 * nonce, contract or root that is no Uint8Array, a contract's digest of other than 32 bytes, an empty nonce, no instant,
 * no age, no root, a check left out without a reason, a policy that pins too little), else the first code of
 * `ATTESTATION_CODES` that the document earns; `internal` when the back end cannot compute.
 */
export async function verifyDocument(request: DocumentRequest): Promise<JudgedDocument> {
  const at = timeInput(request.at)
  const nonce = uncheckedOr(request.nonce, nonceInput)
  const maxAgeSeconds = uncheckedOr(request.maxAgeSeconds, ageInput)
  const contract = uncheckedOr(request.contract, (given) => digestInput("the contract's digest", given))
  const pinned = contract instanceof Uint8Array
  const measurements = (pinned ? requireEnclavePolicy : requirePolicy)(request.measurements)
  const format = measurements.kind === "nitrotpm" ? "aws-nitrotpm" : "aws-nitro"
  const authentic = await authenticate(request.document, { ...request, format, timeOf: () => at })
  const { document } = authentic
  const report = new Report(authenticChecks(format), [REVOCATION])
  report.add("nonce", nonce, (value) => requireNonce(document, value))
  report.add("freshness", maxAgeSeconds, (value) => requireFresh(document, at, value))
  requireMeasurements(document, measurements)
  report.checked.push(measuredRegisters(measurements))
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

  add<T extends Uint8Array | number>(what: string, expected: T | Unchecked, require: (value: T) => void): void {
    if (isUnchecked(expected)) {
      this.unchecked.push({ reason: expected.unchecked, what })
      return
    }
    require(expected)
    this.checked.push(what)
  }
}

/** Of what `uncheckedOr` gives, which is one or the other. */
function isUnchecked(expected: Uint8Array | number | Unchecked): expected is Unchecked {
  return typeof expected === "object" && !(expected instanceof Uint8Array)
}
