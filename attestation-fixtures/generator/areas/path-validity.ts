import { time } from "../../software-nsm/der.ts"
import { askAt, PRODUCTION, TIME, UNDATED } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { makeChain } from "../chain.ts"
import { withCertificate } from "../mutate.ts"

const chain = makeChain()
const [_root, _regional, _zonal, _instance] = chain.cabundle
const CAS = ["regional", "zonal", "instance"] as const
const NON_ROOT = [...CAS, "leaf"] as const

const MINUTE_BEFORE = new Date(Date.parse(TIME) - 60_000)
const SECOND_BEFORE = new Date(Date.parse(TIME) - 1000)
const SECOND_AFTER = new Date(Date.parse(TIME) + 1000)

/** Validity at the time given (RFC 5280 section 6.1.3 a 2). */
export const PATH_VALIDITY = area("path", PRODUCTION, [
  ...NON_ROOT.flatMap((level) => [
    refuse(
      "certificate-expired",
      `expired-${level}`,
      "Every certificate of the path is judged by the time given.",
      `the ${level} certificate ended one second before`,
      withCertificate(level, (parts) => ({ ...parts, notAfter: time(SECOND_BEFORE) })),
    ),
    refuse(
      "certificate-not-yet-valid",
      `not-yet-${level}`,
      "No certificate counts before its time.",
      `the ${level} certificate begins one second later`,
      withCertificate(level, (parts) => ({ ...parts, notBefore: time(SECOND_AFTER) })),
    ),
  ]),
  refuse(
    "certificate-expired",
    "expired-at-once",
    "A window that ends before it begins is never open.",
    "the leaf ends a minute before the time given and begins then",
    withCertificate("leaf", (parts) => ({ ...parts, notAfter: time(MINUTE_BEFORE), notBefore: time(MINUTE_BEFORE) })),
  ),
])

export const PATH_TIMES = area("path", UNDATED, [
  refuse(
    "certificate-expired",
    "leaf-second-after",
    "A leaf lives three hours and three seconds.",
    "judged one second after the leaf's end",
    askAt("2026-03-01T15:00:04Z"),
  ),
  refuse(
    "certificate-not-yet-valid",
    "leaf-second-before",
    "Leaves are not back-dated: a clock that runs behind is noticed.",
    "judged one second before the leaf's begin",
    askAt("2026-03-01T11:59:59Z"),
  ),
  refuse(
    "certificate-expired",
    "today",
    "Old evidence is not evidence of today.",
    "judged a year later",
    askAt("2027-03-01T12:00:00Z"),
  ),
  refuse(
    "certificate-expired",
    "after-the-root",
    "The pinned root ends too.",
    "judged in 2050",
    askAt("2050-01-01T00:00:00Z"),
  ),
  refuse(
    "certificate-not-yet-valid",
    "before-the-root",
    "The pinned root has a begin too.",
    "judged in 2019, a second before the root",
    askAt("2019-10-28T13:28:04Z"),
  ),
])
