import { EXIT, type ExitCode, ParleyError } from "../../../../shared/errors/index.ts"
import type { Outcome } from "../../outcome.ts"
import { anchorOption } from "../anchor-option.ts"
import { type DocumentFile, readDocumentFile } from "../document-file.ts"
import { parseInstant } from "../instant.ts"
import { otherFile } from "../other-file.ts"
import { reportJson } from "./json.ts"
import { type Report, reportOf } from "./report.ts"
import { subjectOf } from "./subject.ts"
import { reportText } from "./text.ts"

export interface ExplainOptions {
  readonly at?: string
  readonly trustRoot?: string
}

const JUDGE = "Judge it with `parley attestation verify` against a policy; its --help shows a whole one."

/** `parley attestation explain`. */
export async function explain(path: string, options: ExplainOptions): Promise<Outcome> {
  const at = options.at === undefined ? null : parseInstant(options.at)
  const anchor = await anchorOption(options.trustRoot)
  const file = await readDocumentFile(path)
  const report = await reportOf(subjectOf(file.bytes, [anchor]), file, at)
  return { exit: exitOf(report), json: reportJson(report), text: reportText(report, nextStep(report, file)) }
}

/** Explaining is not accepting: a document that fails everything but its decoding is explained all the same. */
function exitOf({ facts }: Report): ExitCode {
  const code = facts.find(({ id }) => id === "decoding")?.code ?? null
  return code !== null && new ParleyError(code, "").exit === EXIT.malformed ? EXIT.malformed : EXIT.done
}

function nextStep({ facts, kind }: Report, { source }: DocumentFile): string {
  const failed = facts.find(({ holds, id }) => holds === false && id !== "carried-root")
  const other = kind === "unknown" ? otherFile(source) : null
  return other ?? failed?.todo ?? JUDGE
}
