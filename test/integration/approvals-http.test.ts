import { writeFile } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { ApprovingBank } from "../support/approving-bank.ts"
import { parleyFailure, parleyJson } from "../support/parley.ts"

/** Two people must sign for the bank. Each has a home and a room folder of their own, and nothing but the host between. */
let bank: ApprovingBank
let url: string
let digest: string

beforeAll(async () => {
  bank = await ApprovingBank.create()
  await bank.draft(["bank:contract=2/data-owner+privacy-officer,grant=2/data-owner+privacy-officer"])
  url = await bank.room.startHttp()
  const push = ["contract", "push", "--room", bank.room.room, "--home", bank.room.home("bank"), "--host", url]
  digest = String((await parleyJson(push)).contract)
})

afterAll(() => bank.dispose())

const over = (who: string, args: readonly string[]) => [
  ...args,
  ...["--home", bank.room.home(who), "--room", bank.room.path("rooms", who), "--host", url],
]
const run = (who: string, args: readonly string[], exit = 0) => parleyJson(over(who, args), exit)
const sign = (who: string) => run(who, ["contract", "sign", ...bank.room.accept()])
const grant = (who: string, ...extra: readonly string[]) => run(who, ["run", "grant", ...bank.room.accept(), ...extra])

async function sealAndPush(party: string, dataset: string, header: string, cell: (i: number) => string): Promise<void> {
  const file = bank.room.path(`${party}.csv`)
  const rows = Array.from({ length: 300 }, (_, i) => `p${i},${cell(i)}`)
  await writeFile(file, `${[header, ...rows].join("\n")}\n`)
  await run(party, ["dataset", "seal", "--dataset", dataset, "--input", file])
  await run(party, ["dataset", "push", "--dataset", dataset])
}

describe("a second person of a party, over HTTP", () => {
  it("needs the party's access key, and no other", async () => {
    const pull = over("grace", ["contract", "pull", digest])
    expect(await parleyFailure(pull)).toMatchObject({ code: "file-missing", exit: 74 })
    const file = bank.room.path("access.json")
    await parleyJson(["key", "export", "--access", "--home", bank.room.home("bank"), "--out", file])
    await parleyJson(["key", "import", file, "--home", bank.room.home("grace")])
    for (const who of ["bank", "grace", "bureau", "agency"]) await run(who, ["contract", "pull", digest])
  })

  it("signs the contract, approves the grant, and the run goes through to its result", async () => {
    for (const who of ["bank", "bureau", "agency"]) await sign(who)
    expect(await run("agency", ["contract", "status"], 41)).toMatchObject({
      waitingFor: ["bank (sign, 1 of 2 approvals)"],
    })
    await sign("grace")
    await sealAndPush("bank", "accounts", "id,balance", (i) => String(i + 1))
    await sealAndPush("bureau", "persons", "id,region", (i) => (i < 150 ? "east" : "west"))
    await run("agency", ["run", "propose", "--query", "attribution"])
    for (const who of ["bureau", "agency", "bank"]) await grant(who)
    expect(await run("agency", ["run", "status"], 41)).toMatchObject({ waitingFor: ["bank (grant, 1 of 2 approvals)"] })
    expect(await grant("grace", "--approve")).toMatchObject({ waitingFor: [] })
    expect(await run("agency", ["run", "wait", "--timeout", "300"])).toMatchObject({ state: "released" })
    expect((await run("agency", ["result", "open"])).rows).toHaveLength(2)
  })
})
