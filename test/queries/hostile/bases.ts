import type { Contract } from "../../../shared/contract/contract.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import type { OutputColumn } from "../../../shared/contract/query.ts"
import type { ErrorCode } from "../../../shared/errors/index.ts"
import type { HostileQuery } from "../case.ts"
import { count, dimension, sum } from "../output.ts"
import type { World } from "../worlds/contract.ts"

/** Parts of a query that are as they should be; a case changes one. */
interface Base {
  readonly ctes: string
  readonly dim: string
  readonly people: string
  readonly total: string
  readonly more: string
  readonly from: string
  readonly where: string
  readonly group: string
  readonly tail: string
}

interface BaseQuery {
  readonly parts: Base
  readonly output: readonly OutputColumn[]
}

export const BASES: Readonly<Record<World, BaseQuery>> = {
  fraud: {
    output: [dimension("transfers-a.channel"), count("people"), sum("total", "transfers-b.value")],
    parts: {
      ctes: "",
      dim: "a.channel",
      from: "transfers_a a JOIN transfers_b b ON b.id = a.id AND b.received_at > a.sent_at",
      group: "a.channel",
      more: "",
      people: "count(DISTINCT a.id)",
      tail: "",
      total: "sum(b.value)",
      where: "a.value >= 0",
    },
  },
  health: {
    output: [dimension("arms.arm"), count("people"), sum("total", "admissions.days")],
    parts: {
      ctes: "",
      dim: "r.arm",
      from: "arms r JOIN admissions d ON d.id = r.id",
      group: "r.arm",
      more: "",
      people: "count(DISTINCT r.id)",
      tail: "",
      total: "sum(d.days)",
      where: "d.admitted_on >= r.enrolled_on",
    },
  },
  media: {
    output: [dimension("subscribers.region"), count("people"), sum("total", "purchases.amount")],
    parts: {
      ctes: "",
      dim: "s.region",
      from: "subscribers s JOIN purchases p ON p.id = s.id",
      group: "s.region",
      more: "",
      people: "count(DISTINCT s.id)",
      tail: "",
      total: "sum(p.amount)",
      where: "s.age >= 18",
    },
  },
  supply: {
    output: [dimension("orders.plant"), count("people"), sum("total", "deliveries.damaged")],
    parts: {
      ctes: "",
      dim: "o.plant",
      from: "orders o JOIN deliveries d ON d.id = o.id",
      group: "o.plant",
      more: "",
      people: "count(DISTINCT o.id)",
      tail: "",
      total: "sum(d.damaged)",
      where: "d.promised_on >= DATE '2026-01-01'",
    },
  },
}

/** The base query of a world, with other parts. */
export function sqlOf(world: World, other: Partial<Base> = {}): string {
  const { ctes, dim, from, group, more, people, tail, total, where } = { ...BASES[world].parts, ...other }
  return `${ctes}SELECT ${dim}, ${people} AS people, ${total} AS total${more}\nFROM ${from}\nWHERE ${where}\nGROUP BY ${group}${tail}`
}

type Rest = Partial<Pick<HostileQuery, "at" | "code" | "edit" | "output" | "owner" | "parameters" | "sql">> &
  Partial<Base>

/** A case that differs from a world's base query in the given parts alone. */
export function hostile(
  world: World,
  id: string,
  title: string,
  clauses: string,
  code: ErrorCode,
  rest: Rest = {},
): HostileQuery {
  const { at, edit, output, owner, parameters, sql, ...parts } = rest
  return {
    clauses: clauses.split(" "),
    code,
    id,
    output: output ?? BASES[world].output,
    sql: sql ?? sqlOf(world, parts),
    title,
    world,
    ...(at === undefined ? {} : { at }),
    ...(edit === undefined ? {} : { edit }),
    ...(owner === undefined ? {} : { owner }),
    ...(parameters === undefined ? {} : { parameters }),
  }
}

/** Changes one dataset of a contract. */
export function withDataset(name: string, change: (dataset: Dataset) => void): (contract: Contract) => void {
  return ({ datasets }) => {
    const dataset = datasets.find((candidate) => candidate.name === name)
    if (dataset === undefined) throw new Error(`no dataset ${name}`)
    change(dataset)
  }
}

/** Changes one rule of a contract. */
export function withRule(name: string, change: (rule: Dataset["rule"]) => void): (contract: Contract) => void {
  return withDataset(name, ({ rule }) => change(rule))
}
