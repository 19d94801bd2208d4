import { timestampOf } from "../reading.ts"
import type { Subject } from "../subject.ts"
import type { Oddity } from "./index.ts"

const SECOND = 1000
/** AWS issues leaves for three hours, since 2022 with three seconds more. */
const LEAF_MS = 3 * 3600 * SECOND

/** How document and certificates lie in time. */
export const TIME_ODDITIES: Readonly<Record<string, Oddity>> = {
  "timestamp-range": ({ reading }) => {
    const at = timestampOf(reading)
    return at === null || (at.getTime() > Date.UTC(2019, 9, 28) && at.getTime() < Date.UTC(2049, 9, 28))
      ? null
      : `Its timestamp ${at.toISOString()} lies outside the life of AWS's root. It counts milliseconds since 1970.`
  },
  "before-leaf": (subject) => {
    const since = sinceLeaf(subject)
    return since === null || since >= 0 ? null : "Its timestamp is before its leaf was valid."
  },
  "after-leaf": (subject) => {
    const since = sinceLeaf(subject)
    return since === null || since <= leafLife(subject) ? null : "Its timestamp is after its leaf has expired."
  },
  "leaf-life": (subject) => {
    const life = leafLife(subject)
    return Number.isNaN(life) || life === LEAF_MS || life === LEAF_MS + 3 * SECOND
      ? null
      : `Its leaf is valid for ${Math.round(life / SECOND)} s; AWS issues leaves for three hours.`
  },
}

function leaf({ chain }: Subject) {
  return chain.length > 1 ? (chain.at(-1)?.parsed ?? null) : null
}

function leafLife(subject: Subject): number {
  const parsed = leaf(subject)
  return parsed === null ? Number.NaN : parsed.notAfter.getTime() - parsed.notBefore.getTime()
}

function sinceLeaf(subject: Subject): number | null {
  const at = timestampOf(subject.reading)
  const parsed = leaf(subject)
  return at === null || parsed === null ? null : at.getTime() - parsed.notBefore.getTime()
}
