import type { FreeField } from "./contents.ts"
import { printable } from "./printable.ts"
import type { Report } from "./report.ts"

const WIDTH = 12
/** Bytes of a field that a terminal shows; --json shows all. */
const SHOWN_BYTES = 64

/** public_key, user_data and nonce: what the application put there. */
export function fieldLines(report: Report): readonly string[] {
  return [
    ...oneField(report, "public_key"),
    ...oneField(report, "user_data"),
    ...statementLines(report),
    ...oneField(report, "nonce"),
  ]
}

function oneField(report: Report, name: FreeField): readonly string[] {
  const view = report[name]
  const title = name.padEnd(WIDTH)
  if (view === "null") return [`${title}null: not set`]
  if (view === "absent") return [`${title}absent, or not readable`]
  const { bytes, hex, looksLike, text } = view
  const shown =
    text === null || looksLike.startsWith("Parley") ? cut(hex, 2 * SHOWN_BYTES) : cut(printable(text), 2 * SHOWN_BYTES)
  return [`${title}${bytes} bytes, ${looksLike}`, ...(bytes === 0 ? [] : [`${" ".repeat(WIDTH)}${shown}`])]
}

function statementLines({ statement }: Report): readonly string[] {
  if (statement === null) return []
  const { contract, keys, subject, type } = statement
  return [
    `  type      ${type}`,
    `  contract  ${contract}`,
    `  keys      ${keys}, digest of contract and session keys`,
    `  subject   ${subject === null ? "none: it answers a nonce" : `${subject}, the receipt`}`,
  ]
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)}... (--json shows all)`
}
