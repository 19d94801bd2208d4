import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { expect } from "vitest"
import type { Column } from "../../shared/contract/columns.ts"
import type { CleanRoom } from "./clean-room.ts"
import { integerColumn } from "./datasets.ts"
import { hasShared, sharedPath } from "./shared-folder.ts"

/** 30,000 real credit clients (UCI, "Default of Credit Card Clients", Yeh and Lien 2009), split between owners. */
const DATA = "data/UCI_Credit_Card.csv"
export const hasCreditClients = hasShared(DATA)

const MONTHS = [1, 2, 3, 4, 5, 6]
const BILLING = [
  ...MONTHS.map((month) => integerColumn(`bill_${month}`, "measure", -2_000_000, 2_000_000)),
  ...MONTHS.map((month) => integerColumn(`paid_${month}`, "measure", 0, 2_000_000)),
]
const BANK = [integerColumn("limit_bal", "measure", 0, 1_000_000), integerColumn("default_next", "dimension", 0, 1)]
const BUREAU = [
  integerColumn("sex", "dimension", 1, 2),
  integerColumn("education", "dimension", 0, 6),
  integerColumn("marriage", "dimension", 0, 3),
  integerColumn("age", "measure", 18, 100),
]

/** Who knows what about a client: with three owners the bank's bills and payments lie with a billing service. */
const SPLITS: Readonly<Record<number, Readonly<Record<string, readonly Column[]>>>> = {
  2: { bank: [...BANK, ...BILLING], bureau: BUREAU },
  3: { bank: BANK, billing: BILLING, bureau: BUREAU },
}

export const columnsOf = (owner: string, owners: readonly string[]) => SPLITS[owners.length]?.[owner] ?? []

const SOURCE: Readonly<Record<string, string>> = {
  age: "AGE",
  default_next: "default.payment.next.month",
  education: "EDUCATION",
  limit_bal: "LIMIT_BAL",
  marriage: "MARRIAGE",
  sex: "SEX",
  ...Object.fromEntries(MONTHS.map((month) => [`bill_${month}`, `BILL_AMT${month}`])),
  ...Object.fromEntries(MONTHS.map((month) => [`paid_${month}`, `PAY_AMT${month}`])),
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

/** A quarter of the clients is unknown to each owner, drawn by a hash for each owner anew. */
function knows(owner: string, id: number): boolean {
  return createHash("sha256").update(`${owner}/${id}`).digest().readUInt32BE(0) % 4 !== 0
}

/** Each owner's own file, dirty as it may be, and the same in plain for those who check. */
export async function writeClients(room: CleanRoom, owners: readonly string[]): Promise<void> {
  const clients = readClients()
  expect(clients.length).toBe(30_000)
  for (const owner of owners) {
    const columns = columnsOf(owner, owners).map(({ name }) => name)
    const value = (row: Row, name: string) => String(Math.round(Number(row.get(SOURCE[name] ?? ""))))
    const known = clients.map((row, index) => ({ id: index + 1, row })).filter(({ id }) => knows(owner, id))
    expect(Math.abs(known.length - 22_500)).toBeLessThan(500)
    const lines = (identity: (id: number) => string) =>
      known.map(({ id, row }) => [identity(id), ...columns.map((name) => value(row, name))].join(",")).join("\n")
    const header = ["id", ...columns].join(",")
    await writeFile(room.path(`${owner}.csv`), `${header}\n${lines((id) => dirty(owner, id))}\n`)
    await writeFile(room.path(`${owner}.plain.csv`), `${header}\n${lines(String)}\n`)
  }
}
