import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { Column } from "../../shared/contract/columns.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset } from "../support/datasets.ts"
import { plainDuckDb } from "../support/join-counts.ts"
import { parleyJson } from "../support/parley.ts"
import { hasShared, sharedPath } from "../support/shared-folder.ts"

const DATA = "data/UCI_Credit_Card.csv"
const K = 50

/** What the bank, the bureau and (with three owners) the billing service know about a client. */
const SPLIT: Readonly<Record<string, readonly Column[]>> = {
  billing: [
    integerColumn("bill_amt1", "measure", -2_000_000, 2_000_000),
    integerColumn("pay_amt1", "measure", 0, 2_000_000),
  ],
  bank: [integerColumn("limit_bal", "measure", 0, 1_000_000), integerColumn("default_next", "dimension", 0, 1)],
  bureau: [
    integerColumn("sex", "dimension", 1, 2),
    integerColumn("education", "dimension", 0, 6),
    integerColumn("marriage", "dimension", 0, 3),
    integerColumn("age", "measure", 18, 100),
  ],
}

const SOURCE: Readonly<Record<string, string>> = {
  age: "AGE",
  bill_amt1: "BILL_AMT1",
  default_next: "default.payment.next.month",
  education: "EDUCATION",
  limit_bal: "LIMIT_BAL",
  marriage: "MARRIAGE",
  pay_amt1: "PAY_AMT1",
  sex: "SEX",
}

type Row = ReadonlyMap<string, string>

function readClients(): readonly Row[] {
  const [header = "", ...lines] = readFileSync(sharedPath(DATA), "utf8").trim().split(/\r?\n/)
  const names = header.split(",").map((name) => name.replaceAll('"', ""))
  return lines.map((line) => new Map(line.split(",").map((cell, index) => [names[index] ?? "", cell])))
}

/** The same client as the two sides write it: blanks, case, full-width digits. */
function dirty(owner: string, id: number): string {
  if (owner === "bank") return `C-${id}`
  const styles = [
    `c-${id}`,
    `  C-${id} `,
    `ｃ-${String(id).replace(/\d/g, (d) => String.fromCharCode(0xff10 + Number(d)))}`,
  ]
  return styles[id % styles.length] ?? ""
}

/** A quarter of the clients is unknown to each owner, chosen by a seeded multiplicative generator. */
function knows(owner: string, id: number): boolean {
  const seed = [...owner].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7)
  return ((id * 2_654_435_761 + seed * 40_503) >>> 0) % 4 !== 0
}

async function writeFiles(room: CleanRoom, owners: readonly string[]): Promise<void> {
  const clients = readClients()
  expect(clients.length).toBe(30_000)
  for (const owner of owners) {
    const columns = (SPLIT[owner] ?? []).map(({ name }) => name)
    const value = (row: Row, name: string) => String(Math.round(Number(row.get(SOURCE[name] ?? ""))))
    const known = clients.map((row, index) => ({ id: index + 1, row })).filter(({ id }) => knows(owner, id))
    const lines = (identity: (id: number) => string) =>
      known.map(({ id, row }) => [identity(id), ...columns.map((name) => value(row, name))].join(",")).join("\n")
    const header = ["id", ...columns].join(",")
    await writeFile(room.path(`${owner}.csv`), `${header}\n${lines((id) => dirty(owner, id))}\n`)
    await writeFile(room.path(`${owner}.plain.csv`), `${header}\n${lines(String)}\n`)
  }
}

const QUERY = {
  maxGroups: 1000,
  meaning: "limits and age by education, marriage and default",
  name: "limits",
  output: [
    { column: "education", dataset: "bureau", kind: "dimension", name: "education" },
    { column: "marriage", dataset: "bureau", kind: "dimension", name: "marriage" },
    { column: "default_next", dataset: "bank", kind: "dimension", name: "default_next" },
    { kind: "count", name: "people" },
    { column: "limit_bal", dataset: "bank", kind: "sum", name: "limits" },
    { column: "age", dataset: "bureau", kind: "avg", name: "age" },
  ],
  parameters: [{ name: "youngest", range: { max: 60, min: 18 }, type: "integer" }],
  purpose: "outcome-research",
} as const

function sqlFor(owners: readonly string[]): string {
  const joins = owners.slice(1).map((owner) => `JOIN ${owner} ON bank.id = ${owner}.id`)
  return `SELECT bureau.education, bureau.marriage, bank.default_next, count(DISTINCT bank.id) AS people,
  sum(bank.limit_bal) AS limits, avg(bureau.age) AS age
FROM bank ${joins.join(" ")}
WHERE bureau.age >= $youngest
GROUP BY bureau.education, bureau.marriage, bank.default_next`
}

/** What plain DuckDB says, and which groups a brute-force count lets out, written without any of Parley's code. */
async function expected(room: CleanRoom, owners: readonly string[], youngest: number) {
  const tables = owners.map((owner) => `read_csv('${room.path(`${owner}.plain.csv`)}') AS ${owner}`)
  const from = [
    tables[0],
    ...tables.slice(1).map((table, index) => `JOIN ${table} ON bank.id = ${owners[index + 1]}.id`),
  ].join(" ")
  const rows = await plainDuckDb(`SELECT education, marriage, default_next, count(DISTINCT bank.id), sum(limit_bal),
    count_if(limit_bal <> 0), sum(age), count_if(age <> 0) FROM ${from} WHERE age >= ${youngest} GROUP BY ALL`)
  const groups = rows
    .map((row) => row.map(Number))
    .map(
      ([
        education = 0,
        marriage = 0,
        default_next = 0,
        people = 0,
        limits = 0,
        withLimit = 0,
        ages = 0,
        withAge = 0,
      ]) => ({
        ages,
        default_next,
        education,
        limits,
        marriage,
        passes: people >= K && [withLimit, withAge].every((n) => n >= K && (people - n === 0 || people - n >= K)),
        people,
      }),
    )
  const order = (a: (typeof groups)[number], b: (typeof groups)[number]) =>
    a.education - b.education || a.marriage - b.marriage || a.default_next - b.default_next
  const passing = groups.filter(({ passes }) => passes)
  const withheld = groups.filter(({ passes }) => !passes)
  // The smallest released group goes with a withheld one that stands alone, or with too few people beside it.
  const smallest = passing.toSorted((a, b) => a.people - b.people)
  while (withheld.length === 1 || (withheld.length > 0 && withheld.reduce((sum, { people }) => sum + people, 0) < K)) {
    const next = smallest.shift()
    if (next === undefined) break
    withheld.push(next)
  }
  return { released: smallest.toSorted(order), withheld }
}

const away = (value: number, step: number) => Math.sign(value) * Math.floor(Math.abs(value) / step + 0.5) * step

describe.runIf(hasShared(DATA)).each([
  { http: false, owners: ["bank", "bureau"] },
  { http: true, owners: ["bank", "bureau", "billing"] },
])("30,000 real credit clients, owners $owners, over HTTP: $http", ({ http, owners }) => {
  let room: CleanRoom

  afterAll(() => room.dispose())

  it("releases what plain DuckDB says, and withholds what a brute-force count says", async () => {
    room = await CleanRoom.create([...owners, "agency"])
    await writeFiles(room, owners)
    const contract = await room.agree({
      datasets: owners.map((owner) => testDataset(owner, owner, SPLIT[owner] ?? [])),
      edit: (draft) => withQuery(draft, owners),
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
    const { released, withheld } = await expected(room, owners, youngest)
    const limitStep = 1_000_000
    const ageStep = 100
    const wanted = released.map((group) => [
      ...[group.education, group.marriage, group.default_next, group.people].map(String),
      String(away(group.limits, limitStep)),
      String(away((away(group.ages, ageStep) / group.people) * 100, 1) / 100),
    ])
    expect(opened.rows).toEqual(wanted)
    expect(released.length).toBeGreaterThan(5)
    expect(withheld.length).toBeGreaterThan(5)
    expect(opened.withheldGroups).toBe(withheld.length < 10 ? "1-9" : "10-99")
    await audited(room, proposal, http, digest)
  })
})

function withQuery(contract: Contract, owners: readonly string[]): void {
  const query = { ...QUERY, recipients: ["agency"], sql: sqlFor(owners) }
  contract.queries = [query as unknown as Contract["queries"][number]]
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
  const bundle = join(folder, "receipts", `${proposal}.bundle.json`)
  const verified = await parleyJson(["receipt", "verify", bundle, ...room.accept()])
  expect(verified.verdict).toBe("accepted")
  const refused = await parleyJson(["receipt", "verify", bundle], 10)
  expect(refused.error).toMatchObject({ code: "anchor-not-accepted" })
  const audit = await parleyJson(["audit", folder, ...room.accept()])
  expect(audit).toMatchObject({
    accepted: 1,
    examined: 1,
    histories: [{ contract: digest, findings: [] }],
    verdict: "accepted",
  })
}
