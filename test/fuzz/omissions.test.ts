import { expect, it } from "vitest"
import { decodeUnverified } from "../../shared/attestation/document.ts"
import { type ErrorCode, ParleyError } from "../../shared/errors/index.ts"
import { hasShared } from "../support/shared-folder.ts"
import type { Accepted, Base } from "./attestation/base.ts"
import { genuineBases } from "./attestation/genuine.ts"
import { faultOf } from "./attestation/oracle.ts"
import { archivedBase, liveBase } from "./attestation/sessions.ts"
import { attestation } from "./attestation/target.ts"
import { inputOf } from "./loop.ts"

const SEED = 4
const MOST_INPUTS = 40_000

/** Checks that mutants reach. A verifier that left one out would accept them, and the loop has to see that it does. */
const REACHED: readonly ErrorCode[] = [
  "document-too-large",
  "cbor-malformed",
  "cbor-unsupported",
  "cbor-non-minimal",
  "cbor-duplicate-key",
  "cbor-trailing-bytes",
  "cbor-too-deep",
  "cose-malformed",
  "cose-unprotected-header",
  "cose-algorithm",
  "document-field-missing",
  "document-field-invalid",
  "nitrotpm-unsupported",
  "path-anchor-mismatch",
  "path-too-long",
  "certificate-malformed",
  "certificate-duplicate-extension",
  "certificate-algorithm",
  "certificate-curve",
  "certificate-point",
  "path-critical-extension",
  "path-name-mismatch",
  "path-leaf-is-a-ca",
  "path-not-a-ca",
  "path-length",
  "path-key-usage",
  "path-signature-invalid",
  "certificate-expired",
  "certificate-not-yet-valid",
  "cose-signature-invalid",
  "debug-mode",
  "nonce-mismatch",
  "document-stale",
  "document-from-future",
  "measurement-mismatch",
  "binding-contract",
  "binding-session",
  "user-data-malformed",
  "user-data-type",
  "user-data-mismatch",
  "key-mismatch",
]

/** What a verifier that looks at nothing would report. */
function unjudged(base: Base, bytes: Uint8Array): Accepted {
  try {
    return { document: decodeUnverified(bytes) }
  } catch {
    return { document: decodeUnverified(base.bytes) }
  }
}

it.runIf(hasShared("evidence/nitro"))("sees every check that a verifier could leave out", async () => {
  const bases = [liveBase(), archivedBase(), ...genuineBases()]
  const target = attestation(bases)
  const unseen = new Set<ErrorCode>(REACHED)
  let index = 0
  for (; unseen.size > 0 && index < MOST_INPUTS; index++) {
    const input = inputOf(target, SEED, index)
    const base = bases.find(({ name }) => name === input.base)
    const refusal = await target.run(input).then(
      () => null,
      (cause: unknown) => (cause instanceof ParleyError ? cause.code : null),
    )
    if (base === undefined || refusal === null || !unseen.has(refusal)) continue
    if (faultOf(base, input.bytes, unjudged(base, input.bytes)) !== null) unseen.delete(refusal)
  }
  expect([...unseen]).toEqual([])
  process.stdout.write(`fuzz: ${REACHED.length} checks, each left out in turn, seen within ${index} inputs\n`)
})
