import { sha256 } from "@noble/hashes/sha2.js"
import { type AttestationDocument, decodeUnverified } from "../../../shared/attestation/document.ts"
import { toHex } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { viewCertificate } from "./explain/certificates.ts"

/** What a document says, whether or not it was believed; null when it cannot be read. */
export function evidenceOf(bytes: Uint8Array) {
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
    return decodeUnverified(bytes)
  } catch (cause) {
    if (cause instanceof ParleyError) return null
    throw cause
  }
}

function certificateOf(der: Uint8Array) {
  const { parsed, sha256: digest } = viewCertificate(der, [])
  return {
    notAfter: parsed?.notAfter.toISOString() ?? null,
    notBefore: parsed?.notBefore.toISOString() ?? null,
    sha256: digest,
    subject: parsed?.subject ?? null,
  }
}
