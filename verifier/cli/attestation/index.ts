import { sha256 } from "@noble/hashes/sha2.js"
import { Command } from "commander"
import { type AttestationDocument, decodeDocument } from "../../../shared/attestation/document.ts"
import { fromHex, toHex } from "../../../shared/bytes.ts"
import { Contract } from "../../../shared/contract/contract.ts"
import { stageOf } from "../../../shared/errors/attestation.ts"
import { EXIT, ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes, parseLoose } from "../../../shared/json/canonical.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { awsAnchor } from "../../attestation/anchor.ts"
import { readCertificate } from "../../attestation/certificate.ts"
import { imagesOf } from "../../attestation/policy.ts"
import { type DocumentRequest, verifyDocument } from "../../attestation/verify.ts"
import { pemAnchor } from "../contract/init.ts"
import { readRequired } from "../files.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { type PolicyFields, readPolicy } from "./policy-file.ts"

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/
const MAX_FILE_BYTES = 256 * 1024

interface Options {
  readonly document: string
  readonly at: string
  readonly policy?: string
  readonly contract?: string
  readonly nonce?: string
  readonly trustRoot?: string
}

/** `parley attestation`: documents from files, offline. */
export function attestationCommand(): Command {
  return new Command("attestation")
    .description("Judge attestation documents from files, offline.")
    .addCommand(verifyCommand())
}

function verifyCommand(): Command {
  return jsonOption(new Command("verify"))
    .description("Judge one document at a given time against a policy or a contract's images.")
    .requiredOption("--document <file>", "raw bytes or base64")
    .requiredOption("--at <instant>", "time at which the chain is judged, ISO 8601")
    .option("--policy <file>", "policy file: format, pcrs, nonce, maxAgeSeconds, debug")
    .option("--contract <file>", "take the allowed images from a contract, and hold PCR16 against its digest")
    .option("--nonce <hex>", "the nonce that the document must answer")
    .option("--trust-root <pem>", "another root than AWS's; the verdict then says so")
    .addHelpText(
      "after",
      "\nExit: 0 accepted, 10 rejected, 20 unsupported, 30 malformed, 64 usage, 74 input/output\nExample:\n  parley attestation verify --document doc.bin --at 2026-11-24T12:00:00Z --policy policy.json",
    )
    .action(perform(verify))
}

async function verify(options: Options): Promise<Outcome> {
  const at = new Date(options.at)
  if (!INSTANT.test(options.at) || Number.isNaN(at.getTime()))
    throw new ParleyError("usage", "--at is an ISO 8601 instant with Z or an offset, such as 2026-11-24T12:00:00Z")
  const policy = await policyOf(options)
  const anchor = options.trustRoot === undefined ? awsAnchor() : await pemAnchor(options.trustRoot)
  const document = rawBytes(await readRequired(options.document, MAX_FILE_BYTES))
  try {
    const { checked, simulated, unchecked } = await verifyDocument({ ...policy, anchors: [anchor], at, document })
    const lines = [
      `${simulated ? "SIMULATED (not AWS's root) " : ""}accepted`,
      ...checked.map((what) => `checked    ${what}`),
      ...unchecked.map(({ reason, what }) => `unchecked  ${what}: ${reason}`),
    ]
    return {
      json: {
        checked,
        code: null,
        evidence: evidenceOf(document),
        simulated,
        stage: null,
        unchecked,
        verdict: "accepted",
      },
      text: lines.join("\n"),
    }
  } catch (cause) {
    if (!(cause instanceof ParleyError) || stageOf(cause.code) === null || cause.code === "policy-invalid") throw cause
    return rejection(cause, document)
  }
}

function rejection({ code, exit, message, todo }: ParleyError, document: Uint8Array): Outcome {
  const verdict = exit === EXIT.unsupported ? "unsupported" : exit === EXIT.malformed ? "malformed" : "rejected"
  const stage = stageOf(code)
  const json = { checked: [], code, evidence: evidenceOf(document), stage, unchecked: [], verdict }
  return { exit, json, text: `${verdict}[${code}] at stage ${stage}: ${message}\n  what to do: ${todo}` }
}

type DocumentPolicy = PolicyFields & Pick<DocumentRequest, "contract">

/** A policy file's nonce and --nonce must not contradict each other; one of them suffices. */
async function policyOf(options: Options): Promise<DocumentPolicy> {
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

/** Raw bytes start with a CBOR array of four; anything else is tried as base64, in either alphabet. */
function rawBytes(bytes: Uint8Array): Uint8Array {
  if ((bytes[0] ?? 0) >= 0x80) return bytes
  const text = new TextDecoder().decode(bytes).replace(/\s+/g, "")
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return bytes
  return new Uint8Array(Buffer.from(text.replaceAll("-", "+").replaceAll("_", "/"), "base64"))
}

/** What a document says, whether or not it was believed; null when it cannot be read. */
function evidenceOf(bytes: Uint8Array) {
  const document = decodeOrNull(bytes)
  if (document === null) return null
  const hex = (field: Uint8Array | null) => (field === null ? null : toHex(field))
  return {
    certificates: [...document.cabundle, document.certificate].map(certificateOf),
    digest: toHex(sha256(bytes)),
    module_id: document.moduleId,
    nonce: hex(document.nonce),
    pcrs: Object.fromEntries([...document.pcrs].map(([index, value]) => [index, toHex(value)])),
    public_key: hex(document.publicKey),
    timestamp: document.timestamp,
    user_data: hex(document.userData),
  }
}

function decodeOrNull(bytes: Uint8Array): AttestationDocument | null {
  try {
    return decodeDocument(bytes)
  } catch {
    return null
  }
}

function certificateOf(der: Uint8Array) {
  const digest = toHex(sha256(der))
  try {
    const { parsed } = readCertificate(der)
    return {
      notAfter: parsed.notAfter.toISOString(),
      notBefore: parsed.notBefore.toISOString(),
      sha256: digest,
      subject: parsed.subject,
    }
  } catch {
    return { notAfter: null, notBefore: null, sha256: digest, subject: null }
  }
}
