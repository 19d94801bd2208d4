import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { hostileDatasets } from "../../queries/hostile/datasets.ts"
import { hostileOutputs } from "../../queries/hostile/engine.ts"
import { HOSTILE_QUERIES } from "../../queries/hostile/index.ts"
import { hostileValues } from "../../queries/hostile/parameters.ts"
import { hostileData } from "../../queries/hostile/released.ts"
import { contractOf, judge, treeOf } from "../../queries/judging.ts"
import { LEGITIMATE_QUERIES } from "../../queries/legitimate/index.ts"
import { nodesOf } from "../../queries/nodes.ts"
import { expectCode } from "../../support/rejects.ts"

const SPEC = readFileSync(new URL("../../../SPEC.md", import.meta.url), "utf8")
const CASES = [
  ...HOSTILE_QUERIES,
  ...hostileData,
  ...hostileDatasets,
  ...hostileOutputs,
  ...hostileValues,
  ...LEGITIMATE_QUERIES,
]

/** Rows of the table under a heading, each a list of cells. */
function rowsBelow(heading: string): readonly (readonly string[])[] {
  const [, below = ""] = SPEC.split(`### ${heading}\n`)
  const [section = ""] = below.split(/^#/m)
  const rows = section.match(/^\| `.*\|$/gm) ?? []
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim().replaceAll("`", "").replaceAll("\\|", "|")),
  )
}

const BOTH = rowsBelow("8.4 Nodes of the tree")
const REFUSED = rowsBelow("8.5 Nodes that are refused")

function legitimateCase(id: string | undefined) {
  const found = LEGITIMATE_QUERIES.find((entry) => entry.id === id)
  if (found === undefined) throw new Error(`no legitimate case ${id}`)
  return found
}

function hostileCase(id: string | undefined) {
  const found = HOSTILE_QUERIES.find((entry) => entry.id === id)
  if (found === undefined) throw new Error(`no hostile case ${id}`)
  return found
}

async function requireRefused(node: string, id: string | undefined): Promise<void> {
  const entry = hostileCase(id)
  expect(nodesOf(await treeOf(entry.sql))).toContain(node)
  const contract = await contractOf({ ...entry, parameters: entry.parameters ?? [] }, entry.edit)
  await expectCode(entry.code, () => judge(contract))
}

describe("sections 8 and 9 of SPEC.md", () => {
  it("have a case for each clause, and a clause for each case", () => {
    const clauses = [...SPEC.matchAll(/^- ([A-Z]+-\d+) /gm)].map(([, clause = ""]) => clause)
    const owned = clauses.filter((clause) => /^(?:QRY|RULE|GATE)-/.test(clause))
    const cited = new Set(CASES.flatMap((entry) => entry.clauses))
    expect(owned.length).toBeGreaterThanOrEqual(40)
    expect(owned.filter((clause) => !cited.has(clause))).toEqual([])
    expect([...cited].filter((clause) => !clauses.includes(clause))).toEqual([])
  })

  it("have cases of different names", () => {
    const names = CASES.map(({ id }) => id)
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
  })

  it("list every node of every query that passes, and no other one beside it", async () => {
    const found = new Set<string>()
    for (const { sql } of LEGITIMATE_QUERIES) for (const node of nodesOf(await treeOf(sql))) found.add(node)
    expect(BOTH.map(([node]) => node)).toEqual([...found].toSorted())
    expect(REFUSED.filter(([node = ""]) => found.has(node))).toEqual([])
    expect(REFUSED.length).toBeGreaterThanOrEqual(100)
  })

  for (const [node = "", accepted, refused] of BOTH) {
    it(`${node} is in ${accepted}, which passes, and in ${refused}, which does not`, async () => {
      const { edit, output, parameters = [], sql, world } = legitimateCase(accepted)
      expect(nodesOf(await treeOf(sql))).toContain(node)
      const declared = parameters.map((parameter) => parameter.declared)
      const { plan } = await judge(await contractOf({ output, parameters: declared, sql, world }, edit))
      expect(plan.outputs.length).toBe(output.length)
      await requireRefused(node, refused)
    })
  }

  for (const [node = "", refused] of REFUSED) {
    it(`${node} is in ${refused}, which does not pass`, () => requireRefused(node, refused))
  }
})
