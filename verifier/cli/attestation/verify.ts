import { fromHex } from "../../../shared/bytes.ts"
import { stageOf } from "../../../shared/errors/attestation.ts"
import { EXIT, ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes, parseLoose } from "../../../shared/json/canonical.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import type { JudgedDocument } from "../../attestation/evidence.ts"
import { imagesOf } from "../../attestation/policy.ts"
import { type DocumentRequest, verifyDocument } from "../../attestation/verify-document.ts"
import { readRequired } from "../files.ts"
import type { Outcome } from "../outcome.ts"
import { anchorOption } from "./anchor-option.ts"
import { type DocumentFile, MAX_FILE_BYTES, readDocumentFile } from "./document-file.ts"
import { evidenceOf } from "./evidence.ts"
import { printable } from "./explain/printable.ts"
import { parseInstant } from "./instant.ts"
import { otherFile } from "./other-file.ts"
import { type PolicyFields, readPolicy } from "./policy-file.ts"

export interface VerifyOptions {
  readonly document: string
  readonly at: string
  readonly policy?: string
  readonly contract?: string
  readonly nonce?: string
  readonly trustRoot?: string
}

/** `parley attestation verify`. */
export async function verify(options: VerifyOptions): Promise<Outcome> {
  const at = parseInstant(options.at)
  const policy = await policyOf(options)
  const anchor = await anchorOption(options.trustRoot)
  const file = await readDocumentFile(options.document)
  const document = file.bytes
  try {
    return acceptance(await verifyDocument({ ...policy, anchors: [anchor], at, document }), document)
  } catch (cause) {
    if (!(cause instanceof ParleyError) || stageOf(cause.code) === null || cause.code === "policy-invalid") throw cause
    return rejection(cause, file, anchor.simulated)
  }
}

function acceptance({ checked, simulated, unchecked }: JudgedDocument, document: Uint8Array): Outcome {
  const lines = [
    `${simulated ? "SIMULATED (not AWS's root) " : ""}accepted`,
    ...checked.map((what) => `checked    ${what}`),
    // A policy file's reason could forge a line of this verdict.
    ...unchecked.map(({ reason, what }) => `unchecked  ${what}: ${printable(reason)}`),
  ]
  const evidence = evidenceOf(document)
  const json = { checked, code: null, evidence, simulated, stage: null, unchecked, verdict: "accepted" }
  return { json, text: lines.join("\n") }
}

/** The same members as an acceptance; `simulated` is whether the root that was asked for is not AWS's. */
function rejection(cause: ParleyError, { bytes, source }: DocumentFile, simulated: boolean): Outcome {
  const { code, exit, message, todo } = cause
  const verdict = exit === EXIT.unsupported ? "unsupported" : exit === EXIT.malformed ? "malformed" : "rejected"
  const stage = stageOf(code)
  const json = { checked: [], code, evidence: evidenceOf(bytes), simulated, stage, unchecked: [], verdict }
  const step = (exit === EXIT.malformed ? otherFile(source) : null) ?? todo
  return { exit, json, text: `${verdict}[${code}] at stage ${stage}: ${printable(message)}\n  what to do: ${step}` }
}

type DocumentPolicy = PolicyFields & Pick<DocumentRequest, "contract">

/** A policy file's nonce and --nonce must not contradict each other; one of them suffices. */
async function policyOf(options: VerifyOptions): Promise<DocumentPolicy> {
  if ((options.policy === undefined) === (options.contract === undefined)) {
    throw new ParleyError("usage", "give either --policy or --contract")
  }
  const nonce = options.nonce === undefined ? null : hexOption(options.nonce)
  if (options.policy !== undefined) {
    const policy = readPolicy(await readRequired(options.policy, MAX_FILE_BYTES))
    if (nonce !== null && policy.nonce instanceof Uint8Array)
      throw new ParleyError("usage", "the nonce is in the policy already")
    return { ...policy, contract: { unchecked: "a policy file names no contract" }, nonce: nonce ?? policy.nonce }
  }
  const bytes = await readRequired(options.contract ?? "", KINDS.contract.maxBytes)
  const { Contract } = await import("../../../shared/contract/contract.ts")
  const contract = parseLoose(bytes, Contract, KINDS.contract.maxBytes)
  return {
    contract: fromHex(objectDigest("contract", canonicalBytes(contract))),
    maxAgeSeconds: { unchecked: "a contract does not say" },
    measurements: imagesOf(contract),
    nonce: nonce ?? { unchecked: "no --nonce given" },
  }
}

function hexOption(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})+$/.test(text)) throw new ParleyError("usage", "--nonce is lowercase hex")
  return fromHex(text)
}
