import type { Random } from "../fuzz/random.ts"
import { between, chance, oneOf } from "./world.ts"

export type Kind = "boolean" | "date" | "decimal" | "integer" | "text" | "timestamp"
export interface Read {
  readonly column: string
  readonly dataset: string
}

/** An expression as SQL, and the dataset columns whose values flow into it, in order. */
export interface Made {
  readonly sql: string
  readonly kind: Kind
  readonly reads: readonly Read[]
  /** The column that it is, where it is one. */
  readonly bare: Read | null
}

/** Makes expressions of the profile over some columns. */
export class Expressions {
  readonly #g: Random
  readonly #columns: readonly Made[]

  constructor(g: Random, columns: readonly Made[]) {
    this.#g = g
    this.#columns = columns
  }

  /** A column of a kind; every dataset has one of each. */
  column(kind: Kind): Made {
    return oneOf(
      this.#g,
      this.#columns.filter((column) => column.kind === kind),
    )
  }

  any(kind: Kind, depth: number): Made {
    if (depth <= 0 || chance(this.#g, 25)) return this.column(kind)
    switch (kind) {
      case "boolean":
        return this.condition(depth)
      case "integer":
        return this.integer(depth)
      case "decimal":
        return this.decimal(depth)
      case "text":
        return chance(this.#g, 50) ? this.#case("text", depth) : this.#choice("text", depth, this.#constant("text"))
      case "date":
        return this.date(depth)
      case "timestamp":
        return this.timestamp(depth)
    }
  }

  integer(depth: number): Made {
    const g = this.#g
    const [a, b] = [this.any("integer", depth - 1), this.any("integer", depth - 1)]
    const small = String(between(g, 1, 7))
    const part = oneOf(g, ["year", "quarter", "month", "day", "isodow"])
    const forms: (() => Made)[] = [
      () => made(`(${a.sql} ${oneOf(g, ["+", "-", "*"])} ${b.sql})`, "integer", a, b),
      () => made(`(${a.sql} ${oneOf(g, ["+", "-", "*"])} ${between(g, -3, 9)})`, "integer", a),
      () => made(`abs(${a.sql})`, "integer", a),
      () => made(`(-${a.sql})`, "integer", a),
      () => made(`(abs(${a.sql}) ${oneOf(g, ["//", "%"])} ${small})`, "integer", a),
      () => this.#choice("integer", depth, small),
      () => this.#case("integer", depth),
      () => casted(this.any("boolean", 0), "BIGINT", "integer"),
      () => casted(this.any("decimal", depth - 1), "BIGINT", "integer"),
      () => wrap(this.any("date", depth - 1), (sql) => `date_part('${part}', ${sql})`, "integer"),
      () => wrap(this.any("timestamp", depth - 1), (sql) => `extract(hour FROM ${sql})`, "integer"),
      () => this.#difference(depth),
    ]
    return oneOf(g, forms)()
  }

  decimal(depth: number): Made {
    const g = this.#g
    const [a, b] = [this.any("decimal", depth - 1), this.any("decimal", depth - 1)]
    const forms: (() => Made)[] = [
      () => made(`(${a.sql} ${oneOf(g, ["+", "-"])} ${b.sql})`, "decimal", a, b),
      () => made(`(${a.sql} * ${this.column("decimal").sql})`, "decimal", a),
      () => made(`(${a.sql} ${oneOf(g, ["+", "-", "*"])} ${oneOf(g, ["2", "0.5", "1.125", "-0.25"])})`, "decimal", a),
      () => made(`abs(${a.sql})`, "decimal", a),
      () => this.#choice("decimal", depth, oneOf(g, ["0.5", "3", "1.125"])),
      () => this.#case("decimal", depth),
      () => casted(this.any("integer", depth - 1), "DECIMAL(18, 1)", "decimal"),
    ]
    const form = oneOf(g, forms)()
    // The product's second factor is a column too.
    const factor = / \* (\w+\.m)\)$/.exec(form.sql)?.[1]
    const read = this.#columns.find(({ sql }) => sql === factor)
    return read === undefined ? form : { ...form, reads: union(form.reads, read.reads) }
  }

  date(depth: number): Made {
    const g = this.#g
    const a = this.any("date", depth - 1)
    const unit = oneOf(g, ["day", "week", "month", "quarter", "year"])
    const shifts = [`INTERVAL ${between(g, 0, 40)} DAY`, `INTERVAL '2 weeks'`, "INTERVAL ($p) DAY"]
    const shifted = () => wrap(a, (sql) => `(${sql} ${oneOf(g, ["+", "-"])} ${oneOf(g, shifts)})`, "date")
    const forms: (() => Made)[] = [
      () => wrap(a, (sql) => `date_trunc('${unit}', ${sql})`, "date"),
      () => wrap(this.any("timestamp", depth - 1), (sql) => `date_trunc('${unit}', ${sql})`, "date"),
      () => casted(this.any("timestamp", depth - 1), "DATE", "date"),
      () => this.#choice("date", depth, "DATE '2024-01-15'"),
    ]
    return chance(g, 30) ? shifted() : oneOf(g, forms)()
  }

  timestamp(depth: number): Made {
    const g = this.#g
    const a = this.any("timestamp", depth - 1)
    const shifts = [
      `INTERVAL ${between(g, 0, 90)} MINUTE`,
      "INTERVAL '3 hours'",
      "INTERVAL ($p) HOUR",
      "INTERVAL 30 SECOND",
    ]
    const forms: (() => Made)[] = [
      () => wrap(a, (sql) => `(${sql} ${oneOf(g, ["+", "-"])} ${oneOf(g, shifts)})`, "timestamp"),
      () => this.#choice("timestamp", depth, "TIMESTAMP '2024-01-01 12:00:00'"),
      () => casted(this.any("date", depth - 1), "TIMESTAMP", "timestamp"),
    ]
    return oneOf(g, forms)()
  }

  condition(depth: number): Made {
    const g = this.#g
    const kind = oneOf<Kind>(g, ["integer", "decimal", "date", "timestamp"])
    const [a, b] = [this.any(kind, depth - 1), this.any(kind, depth - 1)]
    const operator = oneOf(g, ["=", "<>", "<", "<=", ">", ">="])
    if (chance(g, 10)) return this.column("boolean")
    const text = this.column("text")
    const [x, y] = [this.#constant(kind), this.#constant(kind)]
    const forms: (() => string)[] = [
      () => `(${a.sql} ${operator} ${b.sql})`,
      () => `(${a.sql} ${operator} ${x})`,
      () => `(${a.sql} BETWEEN ${x} AND ${y})`,
      () => `(${a.sql} ${chance(g, 30) ? "NOT " : ""}IN (${x}, ${y}))`,
      () => `(${a.sql} IS ${chance(g, 50) ? "NOT " : ""}NULL)`,
      () => `(${text.sql} ${oneOf(g, ["=", "<>"])} ${this.#constant("text")})`,
      () => `(${this.column("integer").sql} ${operator} $p)`,
      () => `(NOT ${this.any("boolean", depth - 1).sql})`,
      () => `(${this.any("boolean", depth - 1).sql} ${oneOf(g, ["AND", "OR"])} ${this.any("boolean", depth - 1).sql})`,
    ]
    return { bare: null, kind: "boolean", reads: [], sql: oneOf(g, forms)() }
  }

  #constant(kind: Kind): string {
    const g = this.#g
    switch (kind) {
      case "integer":
        return String(between(g, -5, 12))
      case "decimal":
        return oneOf(g, ["0.5", "-1.25", "2", "3.125", "0.0"])
      case "text":
        return oneOf(g, ["'a'", "'b''c'", "'ü'"])
      case "date":
        return oneOf(g, ["DATE '2024-01-15'", "DATE '2024-02-29'", "DATE '2023-12-31'"])
      case "timestamp":
        return oneOf(g, ["TIMESTAMP '2024-01-01 00:00:00'", "TIMESTAMP '1970-01-01 00:00:00'"])
      case "boolean":
        return oneOf(g, ["TRUE", "FALSE"])
    }
  }

  #choice(kind: Kind, depth: number, constant: string): Made {
    const [a, b] = [this.any(kind, depth - 1), this.any(kind, depth - 1)]
    const name = kind === "text" ? "coalesce" : oneOf(this.#g, ["coalesce", "least", "greatest"])
    return chance(this.#g, 50)
      ? made(`${name}(${a.sql}, ${b.sql})`, kind, a, b)
      : made(`${name}(${a.sql}, ${constant})`, kind, a)
  }

  #case(kind: Kind, depth: number): Made {
    const [a, b] = [this.any(kind, depth - 1), this.any(kind, depth - 1)]
    const when = this.condition(Math.min(depth - 1, 1)).sql
    if (chance(this.#g, 40)) return made(`CASE WHEN ${when} THEN ${a.sql} END`, kind, a)
    return made(`CASE WHEN ${when} THEN ${a.sql} ELSE ${b.sql} END`, kind, a, b)
  }

  #difference(depth: number): Made {
    const kind = oneOf<Kind>(this.#g, ["date", "timestamp"])
    const [a, b] = [this.any(kind, depth - 1), this.any(kind, depth - 1)]
    const unit = kind === "date" ? "day" : oneOf(this.#g, ["second", "minute", "hour", "day"])
    return made(`date_diff('${unit}', ${a.sql}, ${b.sql})`, "integer", a, b)
  }
}

function made(sql: string, kind: Kind, ...parts: readonly Made[]): Made {
  return { bare: null, kind, reads: union(...parts.map(({ reads }) => reads)), sql }
}

function wrap(part: Made, sql: (sql: string) => string, kind: Kind): Made {
  return made(sql(part.sql), kind, part)
}

function casted(part: Made, type: string, kind: Kind): Made {
  return wrap(part, (sql) => `TRY_CAST(${sql} AS ${type})`, kind)
}

export function union(...lists: readonly (readonly Read[])[]): readonly Read[] {
  const found = new Map(lists.flat().map((read) => [`${read.dataset}.${read.column}`, read] as const))
  return [...found.values()]
}
