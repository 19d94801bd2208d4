import type { Contract } from "../../../../shared/contract/contract.ts"
import type { Query } from "../../../../shared/contract/query.ts"
import { ParleyError } from "../../../../shared/errors/index.ts"
import type { Failing } from "../../../../shared/gate/thresholds.ts"
import type { Plan } from "../../../../shared/query/plan.ts"
import { judgeLocally } from "../../engine/judge.ts"
import { table } from "../../table.ts"
import { readContract } from "../read-contract.ts"
import { type DryResult, SyntheticRoom } from "./synthetic-room.ts"
import { parameterValues } from "./values.ts"

/** Rows that are shown of each result on a terminal; `--json` has them all. */
const SHOWN = 10

export interface DryRunOptions {
  readonly people: number
  readonly query?: string
  readonly param: readonly string[]
}

/** Runs the queries of a contract on SYNTHETIC rows, on this machine. */
export async function dryRun(file: string, options: DryRunOptions) {
  const [contract] = await readContract(file)
  const plans = chosen(contract, await judgeLocally(contract), options.query)
  const room = await SyntheticRoom.open(contract, options.people)
  try {
    const results: DryResult[] = []
    for (const { plan, query } of plans) results.push(await room.run(plan, parameterValues(query, options.param)))
    const text = [
      `SYNTHETIC rows of ${options.people} people`,
      ...room.tables.map(tableText),
      ...results.map(resultText),
    ]
    return { json: { people: options.people, results, synthetic: true, tables: room.tables }, text: text.join("\n") }
  } finally {
    room.close()
  }
}

function chosen(contract: Contract, plans: readonly Plan[], name: string | undefined) {
  const queries = contract.queries.filter((query) => name === undefined || query.name === name)
  if (queries.length === 0) {
    const names = contract.queries.map((query) => query.name).join(", ")
    throw new ParleyError("usage", `no query ${name}; the contract has ${names}`)
  }
  return queries.map((query) => ({ plan: planOf(plans, query), query }))
}

function planOf(plans: readonly Plan[], { name }: Query): Plan {
  const plan = plans.find(({ query }) => query === name)
  if (plan === undefined) throw new RangeError(`no plan for ${name}`)
  return plan
}

function tableText({ dataset, rows }: { readonly dataset: string; readonly rows: number }): string {
  return `  ${dataset}: ${rows} SYNTHETIC rows`
}

/** What a rule keeps back, and what would help. */
const REASONS: Readonly<Record<Failing, string>> = {
  difference: "two numbers of the row differ by too few people: ask for one of them",
  dominance: "one or two people make too much of a total: narrow the measure's range, or group more coarsely",
  "left out":
    "a number leaves too few people out, most often those whose value is 0: filter them, or group more coarsely",
  "opt-outs": "too few people were taken out since an earlier run",
  people: "too few people: group more coarsely",
}

function becauseText(because: DryResult["because"]): readonly string[] {
  return (Object.keys(REASONS) as Failing[]).flatMap((failing) =>
    because[failing] === undefined ? [] : [`  withheld, ${because[failing]} of them: ${REASONS[failing]}`],
  )
}

function resultText({ because, columns, parameters, query, rows, seconds, withheld }: DryResult): string {
  const cells = rows.slice(0, SHOWN).map((row) => row.map((cell) => cell ?? "(none)"))
  const shown =
    rows.length === 0
      ? "nothing is released"
      : table(
          columns.map(({ name }) => name),
          cells,
        )
  const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  const more = rows.length > SHOWN ? [`... and ${rows.length - SHOWN} more`] : []
  return [
    `\n${query}${values.length === 0 ? "" : `, with ${values.join(", ")}`} (SYNTHETIC)`,
    ...[shown, ...more]
      .join("\n")
      .split("\n")
      .map((line) => `  ${line}`),
    `  ${rows.length} groups released, ${withheld} withheld, ${seconds.toFixed(2)} s`,
    ...becauseText(because),
  ].join("\n")
}
