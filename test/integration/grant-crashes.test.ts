import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { Grant } from "../../shared/protocol/grant.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { localLedger } from "../../verifier/cli/ledger/book.ts"
import type { CleanRoom } from "../support/clean-room.ts"
import { parleyFailure, parleyJson, parleyKilledAt, parleyOnFullDisk } from "../support/parley.ts"
import { sealedRoom } from "../support/sealed-room.ts"

let room: CleanRoom
let proposal: string

beforeAll(async () => {
  room = await sealedRoom()
})

afterAll(() => room.dispose())

beforeEach(async () => {
  proposal = String((await room.parley("agency", ["run", "propose", "--query", "attribution"])).proposal)
})

const grant = (party: string) => room.args(party, ["run", "grant", proposal, ...room.accept()])

/** Grants of the present proposal in the room. */
async function published(): Promise<readonly Grant[]> {
  const folder = join(room.room, "grants")
  // A name that begins with a dot is what a crash left: it counts for nobody.
  const names = (await readdir(folder).catch(() => [])).filter((name) => !name.startsWith("."))
  const grants = await Promise.all(
    names.map(async (name) => {
      const { payload } = peekJwsUnverified("grant", await readFile(join(folder, name)))
      return JSON.parse(new TextDecoder().decode(payload)) as Grant
    }),
  )
  return grants.filter((one) => one.proposal === proposal)
}

async function booked(party: string): Promise<number> {
  const { entries } = await localLedger({ folder: room.home(party) })
  return entries.filter(({ event }) => event.event === "granted" && event.proposal === proposal).length
}

/** The one grant that is in the room is one that this party's ledger had booked when it was made. */
async function expectBooked(party: string): Promise<void> {
  const [only, ...others] = await published()
  expect(others).toEqual([])
  const { digests } = await localLedger({ folder: room.home(party) })
  expect(digests).toContain(only?.ledgerHead)
}

describe("a grant whose command is killed", () => {
  const places: Readonly<Record<string, readonly [string, number, number]>> = {
    // Only the first grant of these data notes this.
    "before it is noted whom it takes out": ["/opt-outs/in-force\\.json$", 1, 0],
    "after it is booked, before it leaves": ["/room/grants/", 1, 1],
    // The first entry of the command is the enclave's verification, the second one is the grant.
    "before it is booked": ["/ledger\\.jsonl$", 2, 0],
    "before it is on the disk": ["/homes/bank/grants/", 1, 0],
  }
  for (const [name, [place, nth, times]] of Object.entries(places)) {
    it(`${name}: nothing has left, and the next command grants, booked once`, async () => {
      await parleyKilledAt(grant("bank"), place, nth)
      expect(await published()).toEqual([])
      expect(await booked("bank")).toBe(times)
      await parleyJson(grant("bank"))
      expect(await booked("bank")).toBe(1)
      await expectBooked("bank")
    })
  }
})

describe("a grant that is booked and cannot leave", () => {
  it("leaves with the next command, the very one that was booked, and no other one ever does", async () => {
    const { exit, stdout } = await parleyOnFullDisk(grant("bank"), "/room/grants/")
    expect(exit).toBe(74)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "file-io" } })
    expect(await published()).toEqual([])
    expect(await booked("bank")).toBe(1)
    const { digests } = await localLedger({ folder: room.home("bank") })
    await parleyJson(grant("bank"))
    await parleyJson(grant("bank"))
    expect(await booked("bank")).toBe(1)
    expect((await published()).map(({ ledgerHead }) => ledgerHead)).toEqual([digests.at(-1)])
    for (const party of ["bureau", "agency"]) await parleyJson(grant(party))
    expect(await room.parley("agency", ["run", "wait", proposal, "--timeout", "100"])).toMatchObject({
      state: "released",
    })
  })

  it("is refused to the next proposal of its sequence, by the ledger alone", async () => {
    await parleyKilledAt(grant("bank"), "/room/grants/")
    const { sequence } = await room.parley("agency", ["run", "status", proposal], 41)
    const args = ["run", "propose", "--query", "attribution", "--sequence", String(sequence)]
    const other = String((await room.parley("agency", args)).proposal)
    const refused = room.args("bank", ["run", "grant", other, ...room.accept()])
    expect(await parleyFailure(refused)).toMatchObject({ code: "grant-conflict", exit: 10 })
    await parleyJson(grant("bank"))
    await expectBooked("bank")
  })
})
