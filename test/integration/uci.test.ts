import { readFileSync } from "node:fs"
import { copyFile, mkdir } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { Query } from "../../shared/contract/query.ts"
import { queryDigest } from "../../shared/query/template.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { columnsOf, hasCreditClients, writeClients } from "../support/credit-clients.ts"
import { testDataset } from "../support/datasets.ts"
import { plainDuckDb } from "../support/join-counts.ts"
import { parleyJson } from "../support/parley.ts"

const K = 50

const query = (owners: readonly string[]) => ({
  maxGroups: 1000,
  meaning: "limits and age by education, marriage and default",
  name: "limits",
  output: [
    { column: "education", dataset: "bureau", kind: "dimension", name: "education" },
    { column: "marriage", dataset: "bureau", kind: "dimension", name: "marriage" },
    { column: "default_next", dataset: "bank", kind: "dimension", name: "default_next" },
    { kind: "count", name: "people" },
    { kind: "sum", name: "limits", reads: [{ column: "limit_bal", dataset: "bank" }] },
    { kind: "avg", name: "age", reads: [{ column: "age", dataset: "bureau" }] },
    { kind: "sum", name: "paid", reads: [{ column: "paid_1", dataset: payer(owners) }] },
  ],
  parameters: [{ name: "youngest", range: { max: 60, min: 18 }, type: "integer" }],
  privacy: null,
  purpose: "outcome-research",
  recipients: ["agency"],
  sql: sqlFor(owners),
})

const payer = (owners: readonly string[]) => (owners.includes("billing") ? "billing" : "bank")

function sqlFor(owners: readonly string[]): string {
  const joins = owners.slice(1).map((owner) => `JOIN ${owner} ON bank.id = ${owner}.id`)
  return `SELECT bureau.education, bureau.marriage, bank.default_next, count(DISTINCT bank.id) AS people,
  sum(bank.limit_bal) AS limits, avg(bureau.age) AS age, sum(${payer(owners)}.paid_1) AS paid
FROM bank ${joins.join(" ")}
WHERE bureau.age >= $youngest
GROUP BY bureau.education, bureau.marriage, bank.default_next`
}

/** By group, what plain DuckDB says over the plaintext join: people, limits, ages, payments. */
async function plainNumbers(room: CleanRoom, owners: readonly string[], youngest: number) {
  const tables = owners.map((owner) => `read_csv('${room.path(`${owner}.plain.csv`)}') AS ${owner}`)
  const joined = tables.slice(1).map((table, index) => `JOIN ${table} ON bank.id = ${owners[index + 1]}.id`)
  const rows = await plainDuckDb(`SELECT education, marriage, default_next, count(DISTINCT bank.id), sum(limit_bal),
    sum(age), sum(paid_1) FROM ${tables[0]} ${joined.join(" ")} WHERE age >= ${youngest} GROUP BY ALL`)
  const numbers = rows.map((row) => row.map(Number))
  return new Map(
    numbers.map(([education, marriage, defaulted, ...values]) => [[education, marriage, defaulted].join(), values]),
  )
}

type Person = Readonly<Record<string, number>>

/** Everybody whom all owners know, put together by hand: no SQL, and none of Parley's code. */
function joinedByHand(room: CleanRoom, owners: readonly string[]): readonly Person[] {
  const sides = owners.map((owner) => {
    const [header = "", ...lines] = readFileSync(room.path(`${owner}.plain.csv`), "utf8")
      .trim()
      .split("\n")
    const names = header.split(",")
    return new Map(
      lines.map((line) => {
        const cells = line.split(",").map(Number)
        return [cells[0] ?? 0, Object.fromEntries(names.map((name, index) => [name, cells[index] ?? 0]))]
      }),
    )
  })
  const [first = new Map<number, Person>(), ...others] = sides
  return [...first]
    .filter(([id]) => others.every((side) => side.has(id)))
    .map(([id, person]) => Object.assign({}, person, ...others.map((side) => side.get(id))) as Person)
}

/**
 * Which groups may leave, counted one by one: enough people, and for each measure enough whose value is not zero, with
 * the rest none or enough. Two withheld groups or none, with enough people: else the smallest released ones go too.
 */
function bruteForce(people: readonly Person[], youngest: number) {
  const groups = new Map<string, Person[]>()
  for (const person of people.filter(({ age = 0 }) => age >= youngest)) {
    const key = [person.education, person.marriage, person.default_next].join()
    groups.set(key, [...(groups.get(key) ?? []), person])
  }
  const passes = (members: readonly Person[]) =>
    members.length >= K &&
    ["limit_bal", "age", "paid_1"].every((measure) => {
      const sizes = members.map((person) => Math.abs(person[measure] ?? 0)).sort((a, b) => b - a)
      const nonzero = sizes.filter((size) => size !== 0).length
      const [largest = 0, second = 0] = sizes
      const others = sizes.reduce((sum, size) => sum + size, 0) - largest - second
      // The p% rule of every owner, with p = 10.
      const even = others * 100 >= 10 * largest
      return even && nonzero >= K && (nonzero === members.length || members.length - nonzero >= K)
    })
  const released = [...groups].filter(([, members]) => passes(members)).sort(([, a], [, b]) => a.length - b.length)
  const withheld = [...groups].filter(([, members]) => !passes(members))
  const large = withheld.filter(([, members]) => members.length >= K).length
  const hidden = () => withheld.reduce((sum, [, members]) => sum + members.length, 0)
  while (withheld.length === 1 || (withheld.length > 0 && hidden() < K)) {
    const next = released.shift()
    if (next === undefined) break
    withheld.push(next)
  }
  return { large, released: released.map(([key]) => key), withheld: withheld.map(([key]) => key) }
}

const away = (value: number, step: number) => Math.sign(value) * Math.floor(Math.abs(value) / step + 0.5) * step

describe.runIf(hasCreditClients).each([
  { http: false, kind: "template" as const, owners: ["bank", "bureau"] },
  { http: true, kind: "aggregation" as const, owners: ["bank", "bureau", "billing"] },
])("30,000 real credit clients, owners $owners, rules of kind $kind, over HTTP: $http", ({ http, kind, owners }) => {
  let room: CleanRoom

  afterAll(() => room.dispose())

  it("releases what plain DuckDB says, and withholds what a brute-force count says", async () => {
    room = await CleanRoom.create([...owners, "agency"])
    await writeClients(room, owners)
    const contract = await room.agree({
      datasets: owners.map((owner) => testDataset(owner, owner, columnsOf(owner, owners))),
      edit: (draft) => withQuery(draft, owners, kind),
      recipe: "outcome-by-cohort",
      recipients: ["agency"],
    })
    expect(contract.parties.length).toBe(owners.length + 1)
    const digest = await moveToHost(room, http)
    for (const owner of owners) {
      await room.parley(owner, ["dataset", "seal", "--dataset", owner, "--input", room.path(`${owner}.csv`)])
      if (http) await room.parley(owner, ["dataset", "push", "--dataset", owner])
    }
    const youngest = 25
    const proposal = await room.run("agency", "limits", ["--param", `youngest=${youngest}`])
    const opened = await room.parley("agency", ["result", "open", proposal])
    const numbers = await plainNumbers(room, owners, youngest)
    const { large, released, withheld } = bruteForce(joinedByHand(room, owners), youngest)
    const inOrder = released.map((key) => key.split(",").map(Number)).toSorted(compareNumbers)
    const wanted = inOrder.map((group) => {
      const [people = 0, limits = 0, ages = 0, paid = 0] = numbers.get(group.join()) ?? []
      const age = away((away(ages, 100) / people) * 100, 1) / 100
      return [...group, people, away(limits, 1_000_000), age, away(paid, 2_000_000)].map(String)
    })
    expect(opened.rows).toEqual(wanted)
    expect([...released, ...withheld].sort()).toEqual([...numbers.keys()].sort())
    expect(released.length).toBeGreaterThan(5)
    expect(withheld.length).toBeGreaterThan(5)
    // Groups of enough people whose sum of payments would single out the few who paid, or did not.
    expect(large).toBeGreaterThan(0)
    expect(opened.withheldGroups).toBe(withheld.length < 10 ? "1-9" : "10-99")
    await audited(room, proposal, http, digest)
  }, 400_000)
})

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0
}

/** The query as the contract's only one; under rules of kind template it is the only one that may be asked at all. */
function withQuery(contract: Contract, owners: readonly string[], kind: "aggregation" | "template"): void {
  const only = Query.parse(query(owners))
  contract.queries = [only]
  for (const { rule } of contract.datasets) {
    Object.assign(rule, { kind, templates: kind === "template" ? [queryDigest(only)] : [] })
  }
}

/** Over HTTP every party starts from the contract's digest alone. */
async function moveToHost(room: CleanRoom, http: boolean): Promise<string> {
  const { digest } = await parleyJson(["contract", "hash", join(room.room, "contract.json")])
  if (!http) {
    await room.startHost()
    return String(digest)
  }
  const url = await room.startHttp()
  await parleyJson(["contract", "push", "--room", room.room, "--home", room.home("bank"), "--host", url])
  for (const party of room.parties) await room.parley(party, ["contract", "pull", String(digest)])
  return String(digest)
}

/** An auditor who signs nothing has the bundle and the root's digest, and nothing else. */
async function audited(room: CleanRoom, proposal: string, http: boolean, digest: string): Promise<void> {
  const folder = http ? room.roomOf("agency") : room.room
  const alone = room.path("auditor")
  await mkdir(alone)
  const bundle = join(alone, "receipt.bundle.json")
  await copyFile(join(folder, "receipts", `${proposal}.bundle.json`), bundle)
  const verified = await parleyJson(["receipt", "verify", bundle, ...room.accept()])
  expect(verified.verdict).toBe("accepted")
  const refused = await parleyJson(["receipt", "verify", bundle], 10)
  expect(refused.error).toMatchObject({ code: "anchor-not-accepted" })
  const audit = await parleyJson(["audit", alone, ...room.accept()])
  expect(audit).toMatchObject({
    accepted: 1,
    examined: 1,
    histories: [{ contract: digest, findings: [] }],
    verdict: "accepted",
  })
}
