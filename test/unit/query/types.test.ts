import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  dateOf,
  daysOf,
  differenceOf,
  partOf,
  shifted,
  truncateDays,
  truncated,
} from "../../../shared/query/types/calendar.ts"
import { castTo } from "../../../shared/query/types/cast.ts"
import { combined, extreme } from "../../../shared/query/types/combined.ts"
import { within } from "../../../shared/query/types/declared.ts"
import { bounded } from "../../../shared/query/types/limits.ts"
import {
  absoluteOf,
  larger,
  type Numeric,
  negated,
  productOf,
  quotientOf,
  remainderOf,
  smaller,
  sumOf,
  totalOf,
  unionOf,
} from "../../../shared/query/types/number.ts"
import type { ValueType } from "../../../shared/query/value-type.ts"

type Integer = Extract<ValueType, { kind: "integer" }>
type DateType = Extract<ValueType, { kind: "date" }>

const gridOf = (least: number) =>
  fc
    .record({
      count: fc.integer({ max: 6, min: 0 }),
      min: fc.integer({ max: 12, min: least }),
      step: fc.integer({ max: 5, min: 1 }),
    })
    .map(({ count, min, step }): Integer => {
      return { kind: "integer", max: BigInt(min + count * step), min: BigInt(min), step: BigInt(step) }
    })
const anyGrid = gridOf(-12)

function valuesOf({ max, min, step }: Pick<Numeric, "max" | "min" | "step">): readonly bigint[] {
  const values: bigint[] = []
  for (let value = min; value <= max; value += step) values.push(value)
  return values
}

/** Every value is in the type, and its bounds are on its own grid. */
function expectAll(type: ValueType, values: readonly bigint[]): void {
  if (type.kind !== "integer" && type.kind !== "decimal") throw new Error("no number")
  expect((type.max - type.min) % type.step).toBe(0n)
  for (const value of values) {
    const inside = value >= type.min && value <= type.max && (value - type.min) % type.step === 0n
    if (!inside) throw new Error(`${value} is not in ${type.min}..${type.max} by ${type.step}`)
  }
  expect(values.length).toBeGreaterThan(0)
}

function pairs(left: Numeric, right: Numeric, combine: (a: bigint, b: bigint) => bigint): readonly bigint[] {
  return valuesOf(left).flatMap((a) => valuesOf(right).map((b) => combine(a, b)))
}

const absolute = (value: bigint) => (value < 0n ? -value : value)

describe("interval arithmetic holds every value that brute force finds", () => {
  it("of sums, differences and products", () => {
    fc.assert(
      fc.property(anyGrid, anyGrid, (a, b) => {
        expectAll(
          sumOf(a, b),
          pairs(a, b, (x, y) => x + y),
        )
        expectAll(
          sumOf(a, negated(b)),
          pairs(a, b, (x, y) => x - y),
        )
        expectAll(
          productOf(a, b),
          pairs(a, b, (x, y) => x * y),
        )
        expectAll(unionOf([a, b]), [...valuesOf(a), ...valuesOf(b)])
      }),
    )
  })

  it("of decimals of different scales", () => {
    fc.assert(
      fc.property(anyGrid, anyGrid, (a, b) => {
        const [tenths, hundredths]: [Numeric, Numeric] = [
          { ...a, kind: "decimal", scale: 1 },
          { ...b, kind: "decimal", scale: 2 },
        ]
        const sum = sumOf(tenths, hundredths)
        const product = productOf(tenths, hundredths)
        expect([sum, product]).toMatchObject([{ scale: 2 }, { scale: 3 }])
        expectAll(
          sum,
          pairs(a, b, (x, y) => 10n * x + y),
        )
        expectAll(
          product,
          pairs(a, b, (x, y) => x * y),
        )
        expectAll(unionOf([tenths, hundredths]), [...valuesOf(a).map((x) => 10n * x), ...valuesOf(b)])
      }),
    )
  })

  it("of negation and magnitude", () => {
    fc.assert(
      fc.property(anyGrid, (a) => {
        expectAll(
          negated(a),
          valuesOf(a).map((x) => -x),
        )
        expectAll(absoluteOf(a), valuesOf(a).map(absolute))
      }),
    )
  })

  it("of whole division and its rest", () => {
    fc.assert(
      fc.property(gridOf(0), fc.bigInt({ max: 9n, min: 1n }), (a, by) => {
        expectAll(
          quotientOf(a, by),
          valuesOf(a).map((x) => x / by),
        )
        expectAll(
          remainderOf(a, by),
          valuesOf(a).map((x) => x % by),
        )
      }),
    )
  })

  it("of totals of one to three rows", () => {
    fc.assert(
      fc.property(anyGrid, (a) => {
        const one = valuesOf(a)
        const two = pairs(a, a, (x, y) => x + y)
        const three = two.flatMap((total) => one.map((x) => total + x))
        expectAll(totalOf(a, 3n), [...one, ...two, ...three])
        expectAll(totalOf(a, 1n), one)
      }),
    )
  })

  it("of least and greatest, with and without nulls", () => {
    const operand = fc.record({ nullable: fc.boolean(), type: anyGrid })
    fc.assert(
      fc.property(operand, operand, (a, b) => {
        const cells = ({ nullable, type }: typeof a) => [...valuesOf(type), ...(nullable ? [null] : [])]
        const found = (pick: (x: bigint, y: bigint) => bigint) =>
          cells(a).flatMap((x) => cells(b).map((y) => (x === null ? y : y === null ? x : pick(x, y))))
        const whole = (values: readonly (bigint | null)[]) => values.filter((value) => value !== null)
        expectAll(extreme("least", [a, b]), whole(found(smaller)))
        expectAll(extreme("greatest", [a, b]), whole(found(larger)))
      }),
    )
  })

  it("of casts", () => {
    fc.assert(
      fc.property(anyGrid, (a) => {
        const decimal = castTo(a, { kind: "decimal", largest: 10n ** 17n, scale: 2 })
        expectAll(
          decimal ?? { kind: "boolean" },
          valuesOf(a).map((x) => 100n * x),
        )
        const rounded = castTo({ ...a, kind: "decimal", scale: 1 }, { kind: "integer", largest: 10n ** 9n, scale: 0 })
        const nearest = (x: bigint) => (x < 0n ? -((5n - x) / 10n) : (x + 5n) / 10n)
        expectAll(rounded ?? { kind: "boolean" }, valuesOf(a).map(nearest))
      }),
    )
  })
})

const days = fc.integer({ max: 20_000, min: -20_000 }).map(BigInt)
const units = ["day", "week", "month", "quarter", "year"] as const

describe("the calendar", () => {
  it("truncates to the first day of the unit, and a range to the range of first days", () => {
    fc.assert(
      fc.property(days, fc.integer({ max: 400, min: 0 }), fc.constantFrom(...units), (min, length, unit) => {
        const type: DateType = { kind: "date", max: min + BigInt(length), min, unit: "day" }
        const result = truncated(type, unit)
        if (result.kind !== "date") throw new Error("no date")
        for (let day = type.min; day <= type.max; day++) {
          const first = truncateDays(day, unit)
          expect(first <= day && truncateDays(first, unit) === first && truncateDays(first, "day") === first).toBe(true)
          expect(first >= result.min && first <= result.max).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
  })

  it("knows the first days of weeks, months, quarters and years, before 1970 and in the first year too", () => {
    const first = (date: string, unit: (typeof units)[number]) => dateOf(truncateDays(daysOf(date), unit))
    expect(first("2026-11-25", "week")).toBe("2026-11-23")
    expect(first("1969-12-31", "week")).toBe("1969-12-29")
    expect(first("1969-11-30", "quarter")).toBe("1969-10-01")
    expect(first("2024-02-29", "month")).toBe("2024-02-01")
    expect(first("0099-05-05", "year")).toBe("0099-01-01")
    expect(first("0001-01-06", "week")).toBe("0001-01-01")
  })

  it("moves ranges by ranges of counts, forth and back", () => {
    const count: Integer = { kind: "integer", max: 3n, min: -2n, step: 1n }
    const type: DateType = { kind: "date", max: 20n, min: 10n, unit: "week" }
    expect(shifted(type, "week", count, false)).toEqual({ kind: "date", max: 41n, min: -4n, unit: "week" })
    expect(shifted(type, "day", count, true)).toEqual({ kind: "date", max: 22n, min: 7n, unit: "day" })
    const time = { kind: "timestamp", max: 20n, min: 10n } as const
    expect(shifted(time, "second", count, true)).toEqual({ kind: "timestamp", max: 2_000_020n, min: -2_999_990n })
  })

  it("counts boundaries and parts over their whole range", () => {
    const time = (min: bigint, max: bigint) => ({ kind: "timestamp", max, min }) as const
    const hour = 3_600_000_000n
    expect(differenceOf("hour", time(-1n, 1n), time(hour - 1n, hour))).toMatchObject({ max: 2n, min: 0n })
    expect(partOf(time(0n, 400n * 24n * hour), "year")).toMatchObject({ max: 1971n, min: 1970n })
    expect(partOf(time(0n, 0n), "hour")).toMatchObject({ max: 23n, min: 0n })
  })
})

describe("declared values", () => {
  const integers = (min: bigint, max: bigint, step: bigint): Integer => ({ kind: "integer", max, min, step })

  it("hold a type only when they hold each of its values", () => {
    fc.assert(
      fc.property(anyGrid, anyGrid, (a, b) => {
        const held = valuesOf(b)
        expect(within(a, b)).toBe(valuesOf(a).every((value) => held.includes(value)))
      }),
      { numRuns: 1000 },
    )
    expect(within(integers(5n, 5n, 3n), integers(0n, 10n, 5n))).toBe(true)
  })

  it("tell units of dates, texts and kinds apart", () => {
    const dates = (unit: (typeof units)[number]): DateType => ({ kind: "date", max: 31n, min: 0n, unit })
    expect(within(dates("quarter"), dates("month"))).toBe(true)
    expect(within(dates("month"), dates("quarter"))).toBe(false)
    expect(within(dates("year"), dates("week"))).toBe(false)
    expect(within({ domain: ["a"], kind: "text" }, { domain: ["b", "a"], kind: "text" })).toBe(true)
    expect(within({ domain: ["a", "c"], kind: "text" }, { domain: ["b", "a"], kind: "text" })).toBe(false)
    expect(within({ kind: "boolean" }, { domain: ["true", "false"], kind: "text" })).toBe(false)
  })

  it("are bounded by 53 bits, 18 digits and the calendar", () => {
    const most = 2n ** 53n - 1n
    expect(bounded(integers(-most, most, 1n))).toBe(true)
    expect(bounded(integers(0n, most + 1n, 1n))).toBe(false)
    expect(bounded({ ...integers(0n, 10n ** 18n, 1n), kind: "decimal", scale: 2 })).toBe(false)
    expect(bounded({ ...integers(0n, 1n, 1n), kind: "decimal", scale: 19 })).toBe(false)
    expect(bounded({ kind: "date", max: daysOf("9999-12-31"), min: daysOf("0001-01-01"), unit: "day" })).toBe(true)
    expect(bounded({ kind: "date", max: 0n, min: daysOf("0000-12-31"), unit: "day" })).toBe(false)
    expect(bounded({ kind: "timestamp", max: (daysOf("9999-12-31") + 1n) * 86_400_000_000n, min: 0n })).toBe(false)
  })

  it("are put together without loss", () => {
    const texts = combined([
      { domain: ["a", "b"], kind: "text" },
      { domain: ["b", "c"], kind: "text" },
    ])
    expect(texts).toEqual({ domain: ["a", "b", "c"], kind: "text" })
    const date = (min: bigint, unit: (typeof units)[number]): DateType => ({ kind: "date", max: min + 9n, min, unit })
    expect(combined([date(0n, "week"), date(7n, "week")])).toMatchObject({ max: 16n, min: 0n, unit: "week" })
    expect(combined([date(0n, "week"), date(7n, "month")])).toMatchObject({ unit: "day" })
  })
})
