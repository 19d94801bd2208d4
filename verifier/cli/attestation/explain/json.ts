import type { CertificateView } from "./certificates.ts"
import { printable } from "./printable.ts"
import type { FieldView, Report } from "./report.ts"

/** The object of `--json`; names as in `attestation verify` where both have them. */
export function reportJson(report: Report): object {
  const { judgedAt, times } = report
  return {
    certificates: report.certificates.map(certificate),
    certificates_carried: report.carried,
    digest: shown(report.digest),
    ends: report.ends,
    facts: report.facts,
    file: report.file,
    instance: report.instance,
    judged_at: judgedAt === null ? null : { source: judgedAt.source, time: judgedAt.time.toISOString() },
    kind: report.kind,
    module_id: shown(report.moduleId),
    nonce: field(report.nonce),
    odd: report.odd,
    pcrs: report.pcrs.map(({ index, meaning, note, setBy, value }) => ({ index, meaning, note, set_by: setBy, value })),
    public_key: field(report.public_key),
    region: report.region,
    simulated: report.simulated,
    times: {
      document_age_seconds: times.documentAge,
      leaf_age_at_document_seconds: times.leafAgeAtDocument,
      leaf_left_seconds: times.leafLeft,
      leaf_life_seconds: times.leafLife,
      timestamp: report.timestamp?.toISOString() ?? null,
    },
    unchecked: report.unchecked,
    user_data: typeof report.user_data === "string" ? null : { ...field(report.user_data), parley: report.statement },
  }
}

/** Longer than any text that a genuine document has. */
const MAX_TEXT = 128

/** JSON escapes control characters below 0x20 alone; terminals and readers of a log meet all others too. */
function shown(text: string | null): string | null {
  return text === null ? null : printable(text.slice(0, MAX_TEXT))
}

function field(view: FieldView) {
  if (typeof view === "string") return null
  const { bytes, hex, looksLike, text } = view
  return { bytes, hex, looks_like: looksLike, text }
}

function certificate({ bytes, parsed, pinned, sha256 }: CertificateView) {
  if (parsed === null) return { bytes, pinned, sha256, subject: null }
  const { extensions, issuer, key, notAfter, notBefore, serial, signatureAlgorithm, subject } = parsed
  return {
    bytes,
    extensions,
    issuer,
    key,
    notAfter: notAfter.toISOString(),
    notBefore: notBefore.toISOString(),
    pinned,
    serial,
    sha256,
    signature_algorithm: signatureAlgorithm,
    subject,
  }
}
