import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, toHex } from "../../../../shared/bytes.ts"
import type { DocumentFile } from "../document-file.ts"
import type { CertificateView } from "./certificates.ts"
import { type Contents, contentsOf, type FreeField, parleyData } from "./contents.ts"
import { type Fact, factsOf, type JudgedAt, judgedAt } from "./facts.ts"
import { type EvidenceKind, instanceOf } from "./kind.ts"
import { type Finding, oddities } from "./odd/index.ts"
import { bytesField, type Ends, textField, timestampOf } from "./reading.ts"
import type { Register } from "./registers.ts"
import type { Subject } from "./subject.ts"
import { type Times, timesOf } from "./times.ts"
import { type UncheckedItem, uncheckedOf } from "./unchecked.ts"

/** Parley's statement in `user_data`, digests in hex. */
export interface Statement {
  readonly type: string
  readonly contract: string
  readonly keys: string
  readonly subject: string | null
}

/** A free field: its contents, "null" as the module writes an unset one, or "absent". */
export type FieldView = Contents | "null" | "absent"

/** All that `parley attestation explain` has to say; the text is made from it and `--json` prints it. */
export interface Report {
  readonly file: { readonly bytes: number; readonly encoding: string; readonly sha256: string }
  readonly kind: EvidenceKind
  /** Whether any anchor that was asked for is not AWS's. */
  readonly simulated: boolean
  /** Null when the document could be read to its end. */
  readonly ends: Ends | null
  readonly judgedAt: JudgedAt | null
  readonly moduleId: string | null
  readonly instance: string | null
  readonly region: string | null
  readonly digest: string | null
  readonly timestamp: Date | null
  readonly times: Times
  readonly facts: readonly Fact[]
  readonly certificates: readonly CertificateView[]
  /** Certificates that the document carries; most are left out where there are very many. */
  readonly carried: number
  readonly pcrs: readonly Register[]
  readonly public_key: FieldView
  readonly user_data: FieldView
  readonly statement: Statement | null
  readonly nonce: FieldView
  readonly odd: readonly Finding[]
  readonly unchecked: readonly UncheckedItem[]
}

export async function reportOf(subject: Subject, file: DocumentFile, at: Date | null): Promise<Report> {
  const { anchors, carried, chain, kind, reading, registers } = subject
  const judged = judgedAt(subject, at)
  return {
    carried,
    certificates: chain,
    digest: textField(reading, "digest"),
    ends: reading.ends,
    facts: await factsOf(subject, judged),
    file: { bytes: file.bytes.length, encoding: file.encoding, sha256: toHex(sha256(file.bytes)) },
    instance: instanceOf(reading),
    judgedAt: judged,
    kind,
    moduleId: textField(reading, "module_id"),
    nonce: fieldView(subject, "nonce"),
    odd: oddities(subject),
    pcrs: registers,
    public_key: fieldView(subject, "public_key"),
    region: regionOf(subject),
    simulated: anchors.some(({ simulated }) => simulated),
    statement: statementOf(bytesField(reading, "user_data") ?? null),
    times: timesOf(subject, at),
    timestamp: timestampOf(reading),
    unchecked: uncheckedOf(kind, at),
    user_data: fieldView(subject, "user_data"),
  }
}

function fieldView({ reading }: Subject, name: FreeField): FieldView {
  const bytes = bytesField(reading, name)
  if (bytes === undefined) return "absent"
  return bytes === null ? "null" : contentsOf(name, bytes)
}

function statementOf(bytes: Bytes | null): Statement | null {
  const data = parleyData(bytes)
  if (data === null) return null
  const { contract, keys, subject, type } = data
  return { contract: toHex(contract), keys: toHex(keys), subject: subject === null ? null : toHex(subject), type }
}

/** The leaf is named <module_id>.<region>.aws; nothing else in a document names the region. */
function regionOf({ chain, reading }: Subject): string | null {
  const name = chain.at(-1)?.parsed?.commonName ?? ""
  const id = textField(reading, "module_id") ?? ""
  return name.startsWith(`${id}.`) ? (/^([a-z0-9-]+)\.aws$/.exec(name.slice(id.length + 1))?.[1] ?? null) : null
}
