import type { Contract } from "../../contract/contract.ts"
import type { Dataset } from "../../contract/dataset.ts"
import type { Query } from "../../contract/query.ts"
import type { Places } from "../place.ts"
import type { Block, Relation } from "../plan.ts"
import { queryDigest } from "../template.ts"
import type { JudgedOutput } from "./outputs.ts"
import type { Released } from "./released.ts"

/** A query as a whole, as the owners' rules see it. */
export interface Whole {
  readonly contract: Contract
  readonly query: Query
  readonly datasets: readonly Dataset[]
  /** FROM of the outer SELECT. */
  readonly relations: readonly Relation[]
  readonly blocks: readonly Block[]
  readonly outputs: readonly JudgedOutput[]
}

/** What the owners' rules say about a query as a whole. */
export function requireRules(places: Places, whole: Whole): void {
  const { datasets } = whole
  if (new Set(datasets.map(({ tokenSpec }) => tokenSpec)).size > 1) {
    places.refuse(null, "the joined datasets have different token specs: their identities never match")
  }
  for (const dataset of datasets) {
    requireUseOf(places, whole, dataset)
    requireJoins(places, whole, dataset)
  }
  requireDominance(places, whole)
}

function requireUseOf(places: Places, { query }: Whole, { name, owner, rule }: Dataset): void {
  const foreign = query.recipients.filter((recipient) => !rule.allowedRecipients.includes(recipient))
  if (foreign.length > 0) {
    places.forbid(null, `${foreign.join(", ")} may not receive results of ${name}`, "allowedRecipients", owner)
  }
  if (!rule.purposes.includes(query.purpose)) {
    places.forbid(null, `${name} may not be used for ${query.purpose}`, "purposes", owner)
  }
  if (rule.kind === "list") places.forbid(null, `${name} is for row-level lists`, "kind", owner)
  if (rule.kind === "template" && !rule.templates.includes(queryDigest(query))) {
    places.forbid(null, `${name} may be read by its templates only, and this query is none`, "templates", owner)
  }
}

function requireJoins(places: Places, { blocks, relations }: Whole, dataset: Dataset): void {
  const { columns, name, owner, rule } = dataset
  const identity = columns.find(({ type }) => type === "identity")?.name ?? ""
  const joins = blocks.some((block) => block.relations.length > 1)
  if (joins && !rule.joinColumns.includes(identity)) {
    places.forbid(null, `${name} may not be joined on ${identity}`, "joinColumns", owner)
  }
  for (const other of rule.joinRequired) {
    if (!isJoinedWith(relations, name, other)) {
      places.forbid(null, `${name} may be read only joined with ${other}`, "joinRequired", owner)
    }
  }
}

/** Whether no row of `name` counts that has no row of `other`: a left join of it would not do. */
function isJoinedWith(relations: readonly Relation[], name: string, other: string): boolean {
  const everywhere = relations.some(({ datasets, optional }) => !optional && datasets.includes(other))
  const reading = relations.filter(({ datasets }) => datasets.includes(name))
  return everywhere || reading.every(({ datasets }) => datasets.includes(other))
}

/** Without a bound on the largest shares, one identity could be nearly all of a total. */
function requireDominance(places: Places, { contract, outputs }: Whole): void {
  if (contract.release.mode === "differential-privacy") return
  for (const { aggregate, at, sources } of outputs.flatMap(releasedBy)) {
    if (aggregate.kind === "count" || sources.some(({ dataset }) => dataset.rule.dominance.length > 0)) continue
    const owners = [...new Set(sources.map(({ dataset }) => dataset.owner))].join(", ")
    places.forbid(at, "a sum or average needs a dominance rule", "dominance", owners)
  }
}

function releasedBy(output: JudgedOutput): readonly Released[] {
  if (output.kind === "dimension") return []
  return output.kind === "ratio" ? output.sides : [output.released]
}
