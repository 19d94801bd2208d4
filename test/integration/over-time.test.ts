import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import type { Grant } from "../../shared/protocol/grant.ts"
import type { Receipt } from "../../shared/protocol/receipt.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { roomFolder } from "../../verifier/cli/files.ts"
import { homeAt } from "../../verifier/cli/home.ts"
import { seenOptOuts } from "../../verifier/cli/optout/seen.ts"
import { roomContractInForce } from "../../verifier/room/contract.ts"
import { roomManifests } from "../../verifier/room/objects.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyFailure, parleyJson } from "../support/parley.ts"

const REGIONS = ["east", "north", "south", "west"] as const
const EACH = 150
const PEOPLE = EACH * REGIONS.length

let room: CleanRoom

/** Data, parameters and runs are frozen but for four runs: what two runs differ in is who has opted out. */
beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", REGIONS)])
  await room.agree({
    datasets: [accounts, persons],
    edit: withParameter,
    recipe: "attribution",
    recipients: ["agency"],
  })
  const rows = (line: (i: number) => string) => Array.from({ length: PEOPLE }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${500 + (i % EACH)}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${REGIONS[Math.floor(i / EACH)]}`)}\n`)
  await room.parley("bank", seal("bank", "accounts"))
  await room.parley("bureau", seal("bureau", "persons"))
  await room.startHost()
})

afterAll(() => room.dispose())

const seal = (party: string, dataset: string) => [
  ...["dataset", "seal", "--dataset", dataset, "--input", room.path(`${party}.csv`)],
]

function withParameter(contract: Contract): void {
  contract.limits = { ...contract.limits, parameterSetsPerQuery: 1, runs: 4, versionsPerDataset: 1 }
  const [query] = contract.queries
  if (query === undefined) throw new Error("no query")
  query.parameters = [{ name: "least", range: { max: 1000, min: 0 }, type: "integer" }]
  query.sql = query.sql.replace("\nGROUP BY", "\nWHERE accounts.balance >= $least\nGROUP BY")
}

/** By region: how many people the released groups have. */
async function run(least = 1): Promise<Record<string, number>> {
  const proposal = await room.run("agency", "attribution", ["--param", `least=${least}`])
  const { rows } = await room.parley("agency", ["result", "open", proposal])
  return Object.fromEntries((rows as string[][]).map(([region = "", people]) => [region, Number(people)]))
}

/** The bank takes out people of the north, so many from the first. */
async function optOut(from: number, count: number): Promise<void> {
  const file = room.path("opt-outs.txt")
  await writeFile(file, Array.from({ length: count }, (_, i) => `p${EACH + from + i}`).join("\n"))
  await room.parley("bank", ["optout", "add", file, "--dataset", "accounts"])
}

describe("people who opt out between two runs", () => {
  it("are not told by subtracting: their cell is withheld until enough have left it", async () => {
    expect(await run()).toEqual({ east: 150, north: 150, south: 150, west: 150 })
    await optOut(0, 1)
    const second = await run()
    expect(Object.keys(second)).not.toContain("north")
    expect(Object.values(second)).toEqual([150, 150])
    // One person is missing from the second and the third run alike; the first run has the cell with that person.
    expect(Object.keys(await run())).not.toContain("north")
    await optOut(1, 60)
    expect(await run()).toEqual({ east: 150, north: 89, south: 150, west: 150 })
  }, 200_000)
})

/** The commitments of one party's opt-outs in all receipts of the room. */
async function shownOf(party: string): Promise<readonly string[]> {
  const folder = join(room.room, "receipts")
  const receipts = await Promise.all(
    (await readdir(folder)).map((name) => parleyJson(["receipt", "show", join(folder, name), ...room.accept()])),
  )
  const stated = receipts.flatMap(({ receipt }) => (receipt as Receipt).predicate.optOuts)
  return stated.filter((one) => one.party === party).map(({ digest }) => digest)
}

describe("opt-outs that receipts show", () => {
  it("are cited by every later grant of the other parties", async () => {
    const folder = join(room.room, "grants")
    const grants = await Promise.all(
      (await readdir(folder)).map(async (name) => {
        const { payload } = peekJwsUnverified("grant", await readFile(join(folder, name)))
        return JSON.parse(new TextDecoder().decode(payload)) as Grant
      }),
    )
    for (const [party, owners] of Object.entries({ agency: ["bank", "bureau"], bank: ["bureau"], bureau: ["bank"] })) {
      const own = grants.filter((one) => one.party === party).toSorted((a, b) => a.sequence - b.sequence)
      expect(own.map(({ seenOptOuts: seen }) => seen.length)).toEqual([0, 1, 2, 3].map((runs) => runs * owners.length))
      const cited = new Set(own.at(-1)?.seenOptOuts.map(({ optOuts }) => optOuts))
      const shown = (await Promise.all(owners.map(shownOf))).flat()
      expect(shown.filter((digest) => cited.has(digest))).toHaveLength(3 * owners.length)
    }
  })

  it("are not granted over by a home of their party that cannot open them, which books and seals nothing", async () => {
    const home = room.path("second-home")
    await cp(room.home("bank"), home, { recursive: true })
    await rm(join(home, "opt-outs", "in-force.json"))
    const { proposal } = await room.parley("agency", [
      ...["run", "propose", "--query", "attribution", "--param", "least=1"],
    ])
    const ledger = await readFile(join(home, "ledger.jsonl"), "utf8")
    const grants = await readdir(join(room.room, "grants"))
    const args = ["run", "grant", String(proposal), ...room.accept(), "--home", home, "--room", room.room]
    const failure = await parleyFailure(args)
    expect(failure).toMatchObject({ code: "ledger-behind", exit: 10 })
    expect(failure.todo).toContain("opt-outs")
    const after = await readFile(join(home, "ledger.jsonl"), "utf8")
    expect(after.slice(ledger.length)).not.toContain('"granted"')
    expect(await readdir(join(room.room, "grants"))).toEqual(grants)
    expect(await readdir(join(home, "opt-outs"))).not.toContain("in-force.json")
  })
})

describe("what the first grant has frozen", () => {
  const propose = async (folder: string, least: number) =>
    String(
      (
        await parleyJson(
          inFolder("agency", folder, ["run", "propose", "--query", "attribution", "--param", `least=${least}`]),
        )
      ).proposal,
    )
  const refused = async (folder: string, proposal: string) =>
    (await parleyFailure(inFolder("bureau", folder, ["run", "grant", proposal, ...room.accept()]))).message
  const inFolder = (party: string, folder: string, args: readonly string[]) => [
    ...[...args, "--home", room.home(party), "--room", folder],
  ]

  /** An amendment that allows more runs, and nothing else that is new. */
  async function amend(): Promise<string> {
    const folder = room.path("amended")
    await mkdir(folder)
    const file = join(folder, "contract.json")
    await parleyJson(["contract", "amend", join(room.room, "contract.json"), "--out", file])
    const contract = JSON.parse(await readFile(file, "utf8")) as Contract
    contract.limits.runs = 10
    await writeFile(file, JSON.stringify(contract))
    await parleyJson(["contract", "check", file, "--write"])
    for (const party of room.parties) {
      await parleyJson(inFolder(party, folder, ["contract", "sign", ...room.accept()]))
    }
    return folder
  }

  it("is a number of runs, and it says so", async () => {
    expect(await refused(room.room, await propose(room.room, 1))).toContain("4 runs are used up")
  })

  it("is the parameters and the versions, which an amendment for more runs does not give again", async () => {
    const folder = await amend()
    await room.stopHost()
    await room.startHost("--room", folder)
    for (const [party, dataset] of [
      ["bank", "accounts"],
      ["bureau", "persons"],
    ] as const) {
      await parleyJson(inFolder(party, folder, seal(party, dataset)))
    }
    expect(await refused(folder, await propose(folder, 2))).toContain("attribution: 1 sets of parameter values")
    expect(await refused(folder, await propose(folder, 1))).toContain("accounts: 1 versions")
  })

  it("is who was out, which the receipts in the room before show in the amendment's too", async () => {
    const files = roomFolder(room.path("amended"))
    const inForce = await roomContractInForce(files)
    const { objects } = await roomManifests(files, inForce)
    const seen = await seenOptOuts(homeAt(room.home("bureau")), inForce, [], objects, "bureau")
    const bank = (await shownOf("bank")).map((optOuts) => ({ optOuts, party: "bank" }))
    expect(seen.others).toEqual(bank.toSorted((a, b) => (a.optOuts < b.optOuts ? -1 : 1)))
    expect(seen.own.toSorted()).toEqual((await shownOf("bureau")).toSorted())
  })
})
