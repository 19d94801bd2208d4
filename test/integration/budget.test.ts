import { readFile, writeFile } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyFailure, runProgram } from "../support/parley.ts"

const REGIONS = ["east", "west", "nowhere"]
const DELTA = "0.000001"
/** Holds two runs of rho 1/2, which come to 8.4339, and not a third. */
const BANK_EPSILON = "9"

let room: CleanRoom

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  await room.agree({
    datasets: [
      testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)]),
      testDataset("persons", "bureau", [textColumn("region", REGIONS)]),
    ],
    edit: privately,
    recipe: "attribution",
    recipients: ["agency"],
  })
  const rows = (line: (i: number) => string) => Array.from({ length: 200 }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${i}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${i < 100 ? "east" : "west"}`)}\n`)
  await room.parley("bank", ["dataset", "seal", "--dataset", "accounts", "--input", room.path("bank.csv")])
  await room.parley("bureau", ["dataset", "seal", "--dataset", "persons", "--input", room.path("bureau.csv")])
  await room.startHost()
})

afterAll(() => room.dispose())

function privately(contract: Contract): void {
  contract.release = { delaySeconds: 10, mode: "differential-privacy" }
  for (const { owner, rule } of contract.datasets) {
    rule.privacyBudget = { delta: DELTA, epsilon: owner === "bank" ? BANK_EPSILON : "40" }
  }
  for (const query of contract.queries) {
    query.privacy = { clamps: [{ column: "sum_balance", max: "500", min: "0" }], groupsPerIdentity: 1, rho: "0.5" }
  }
}

async function bankBudget(): Promise<Record<string, unknown>> {
  const { datasets } = await room.parley("bank", ["budget", "show"])
  const [statement] = datasets as Record<string, unknown>[]
  return statement ?? {}
}

const left = (runs: number) => [{ query: "attribution", rho: "0.5", runs }]

describe("a private contract", () => {
  it("says in words what it means for one person, and draws error against epsilon", async () => {
    const file = room.path("room", "contract.json")
    const { stdout } = await runProgram("verifier/cli/parley.ts", [
      "contract",
      "check",
      file,
      "--plot",
      room.path("plots"),
    ])
    expect(stdout).toContain("one run costs rho 0.5")
    expect(stdout).toContain("holds 2 such runs")
    expect(stdout).toMatch(/50 % likely that a certain person is in the data is afterwards at most 100 % sure/)
    expect(stdout).toContain("epsilon of one run")
    expect(stdout).not.toContain("identities per number")
    expect(await readFile(room.path("plots", "attribution.svg"), "utf8")).toMatch(/^<svg .*<\/svg>$/s)
  })

  it("is refused before anybody signs when its numbers have no bound", async () => {
    const contract = JSON.parse(await readFile(room.path("room", "contract.json"), "utf8")) as Contract
    for (const { privacy } of contract.queries) if (privacy !== null) privacy.clamps = []
    const file = room.path("unbounded.json")
    await writeFile(file, JSON.stringify(contract))
    expect(await parleyFailure(["contract", "check", file, "--write"])).toMatchObject({
      code: "query-privacy",
      exit: 10,
    })
  })

  it("is shown in a dry run on synthetic rows", async () => {
    const { stdout } = await runProgram("verifier/cli/parley.ts", [
      ...["contract", "dry-run", room.path("room", "contract.json"), "--json"],
    ])
    expect(stdout).toContain("nowhere")
  })
})

describe("what private results cost", () => {
  it("is booked at the grant, once per boot, and the budget's end is the end of granting", async () => {
    expect(await bankBudget()).toMatchObject({ charges: 0, left: left(2), spentEpsilon: "0" })
    const first = await room.run("agency", "attribution")
    const { rows } = await room.parley("agency", ["result", "open", first])
    expect((rows as string[][]).map(([region]) => region)).toEqual(REGIONS)
    expect(await bankBudget()).toMatchObject({ charges: 1, left: left(1) })

    const second = String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
    const grant = (proposal: string) => ["run", "grant", proposal, ...room.accept()]
    await room.parley("bank", grant(second))
    await room.parley("bank", grant(second))
    expect(await bankBudget()).toMatchObject({
      budget: { epsilon: BANK_EPSILON },
      charges: 2,
      left: left(0),
      spentEpsilon: "8.4339",
    })
    for (const party of ["bureau", "agency"]) await room.parley(party, grant(second))
    await room.parley("agency", ["run", "wait", second, "--timeout", "100"])

    const third = String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
    const refused = await parleyFailure(room.args("bank", grant(third)))
    expect(refused).toMatchObject({ code: "privacy-budget-spent", exit: 50 })
    expect(await bankBudget()).toMatchObject({ charges: 2 })
    await room.parley("bureau", grant(third))
    const { datasets } = await room.parley("bureau", ["budget", "show"])
    expect(datasets).toMatchObject([{ charges: 3, dataset: "persons" }])
    expect(await room.parley("agency", ["budget", "show"])).toMatchObject({ datasets: [] })
  })

  it("is in the receipt, which tells no counts", async () => {
    const list = await room.parley("agency", ["run", "list"])
    const released = (list.runs as { proposal: string; state: string }[]).filter(({ state }) => state === "released")
    expect(released).toHaveLength(2)
    const { stdout } = await runProgram("verifier/cli/parley.ts", [
      ...room.args("agency", ["run", "show", released[0]?.proposal ?? ""]),
    ])
    expect(stdout).toContain("noise on every number; the run costs rho 0.5: accounts epsilon")
  })
})
