import type { Parameter } from "../../../shared/contract/query.ts"
import { dateParameter, decimalParameter, instantParameter, integerParameter, textParameter } from "../output.ts"

/** Values of a proposal for one declared parameter `p` that nobody may bind. */
export interface HostileValues {
  readonly id: string
  readonly title: string
  readonly clauses: readonly string[]
  readonly declared: Parameter
  readonly values: Readonly<Record<string, number | string>>
}

const value = (id: string, title: string, declared: Parameter, values: HostileValues["values"]): HostileValues => ({
  clauses: ["QRY-14"],
  declared,
  id: `value-${id}`,
  title,
  values,
})
const region = textParameter("p", "east", "west")
const age = integerParameter("p", 18, 99)
const amount = decimalParameter("p", 2, "0", "500")
const since = dateParameter("p", "2026-01-01", "2026-03-31")
const at = instantParameter("p", "2026-01-01T00:00:00Z", "2026-03-31T23:59:59Z")

export const hostileValues: readonly HostileValues[] = [
  value("spliced", "SQL in the place of a region.", region, { p: "east' OR 'a' = 'a" }),
  value("outside-domain", "A region that is not declared.", region, { p: "south" }),
  value("domain-case", "A region in capitals.", region, { p: "EAST" }),
  value("missing", "No value at all.", region, {}),
  value("more", "A value for a parameter that nobody declared.", region, { p: "east", q: "west" }),
  value("inherited", "A name that every object has.", region, { constructor: "east", p: "east" }),
  value("number-as-text", "A number as text.", age, { p: "40" }),
  value("above", "A number above its range.", age, { p: 100 }),
  value("below", "A number below its range.", age, { p: 17 }),
  value("decimal-as-number", "A decimal as a number, which has tails.", amount, { p: 49.9 }),
  value("decimal-digits", "More digits than the scale.", amount, { p: "49.901" }),
  value("decimal-zeros", "Zeros that say nothing.", amount, { p: "49.90" }),
  value("decimal-exponent", "A decimal in another notation.", amount, { p: "5e1" }),
  value("decimal-above", "A decimal above its range.", amount, { p: "500.01" }),
  value("no-such-date", "A day that does not exist.", since, { p: "2026-02-30" }),
  value("special-date", "A date that only DuckDB knows.", since, { p: "infinity" }),
  value("late-date", "A date after its range.", since, { p: "2026-04-01" }),
  value("zoned-instant", "An instant with a zone.", at, { p: "2026-02-01T00:00:00+02:00" }),
  value("fraction-of-instant", "An instant with a fraction.", at, { p: "2026-02-01T00:00:00.5Z" }),
]
