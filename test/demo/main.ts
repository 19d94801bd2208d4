import { cp, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Contract } from "../../shared/contract/contract.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyJson } from "../support/parley.ts"
import { BANDS, clients } from "./people.ts"
import { Teller } from "./teller.ts"

/**
 * `npm run demo`: two banks, an authority that owns nothing, an auditor who signs nothing. Real processes, real HTTP,
 * every step through the public command lines. The enclave is SIMULATED.
 */
const teller = new Teller()
const PARTIES = ["north", "south", "authority"] as const

teller.chapter("Two banks look for mule accounts, and neither shows a row")
teller.say("The enclave is SIMULATED: it runs this checkout's enclave code, and nothing isolates it from this machine.")
const room = await CleanRoom.create(PARTIES)
const sources = { north: clients("north"), south: clients("south") }
for (const bank of ["north", "south"] as const) {
  await writeFile(room.path(`${bank}.csv`), sources[bank].csv)
  teller.say(`${bank}: ${sources[bank].rows.toLocaleString("en")} clients, addresses written its own way`)
}
teller.say("cards were exchanged and fingerprints confirmed")

teller.chapter("They agree on a contract")
const digest = await agree()
await teller.parley(["contract", "check", join(room.room, "contract.json")])
const url = await room.startHttp()
await teller.parley(["contract", "push", "--room", room.room, "--home", room.home("north"), "--host", url], {
  shown: false,
})
for (const party of PARTIES) await room.parley(party, ["contract", "pull", digest])
await teller.parley(room.args("authority", ["contract", "status"]))

teller.chapter("Each bank seals its data at home and uploads ciphertext")
for (const bank of ["north", "south"] as const) {
  const mapped = bank === "north" ? ["--map", "client=id"] : []
  await teller.parley(
    room.args(bank, ["dataset", "seal", "--dataset", bank, "--input", room.path(`${bank}.csv`), ...mapped]),
  )
  await teller.parley(room.args(bank, ["dataset", "push", "--dataset", bank]))
}

teller.chapter("The authority proposes; every party verifies the enclave and grants")
const first = await propose()
await teller.parley(room.args("south", ["enclave", "verify", ...room.accept()]))
await grantAll(first, true)

teller.chapter("The result, for the authority alone")
await teller.parley(room.args("authority", ["run", "wait", first]))
await teller.parley(room.args("authority", ["result", "open", first]))
teller.say("Clients in the middle band at both banks send on what they receive: 900 mules among them.")
teller.say("At one bank alone the middle band looks like any other.")

teller.chapter("An auditor, offline, with the bundle and nothing else")
const audited = room.path("audit")
await cp(join(room.roomOf("authority"), "receipts"), audited, { recursive: true })
await teller.parley(["receipt", "verify", join(audited, `${first}.bundle.json`), ...room.accept()])
await teller.parley(["audit", audited, ...room.accept()])

teller.chapter("A hostile host swaps one bank's data for other bytes")
await swap()
const second = await propose()
await grantAll(second, false)
await teller.parley(room.args("authority", ["run", "wait", second]), { exit: 10 })
teller.say("The enclave takes only the ciphertext that each bank has signed for. No key was opened, and nothing ran.")

await room.stopHost()
teller.chapter("Done")
teller.say(`everything is in ${room.folder}`)

async function agree(): Promise<string> {
  const columns = () => [textColumn("band", BANDS), integerColumn("forwarded", "measure", 0, 100)]
  await room.agree({
    datasets: [testDataset("north", "north", columns()), testDataset("south", "south", columns())],
    edit: withQuery,
    recipe: "fraud-velocity",
    recipients: ["authority"],
  })
  const { digest } = await parleyJson(["contract", "hash", join(room.room, "contract.json")])
  return String(digest)
}

function withQuery(contract: Contract): void {
  const [query] = contract.queries
  if (query === undefined) return
  const dimension = (dataset: string) => ({
    column: "band",
    dataset,
    kind: "dimension" as const,
    name: `${dataset}_band`,
  })
  const average = (dataset: string) => ({
    kind: "avg" as const,
    name: `${dataset}_forwarded`,
    reads: [{ column: "forwarded", dataset }],
  })
  query.name = "mules"
  query.meaning = "share of incoming money that is sent on within a day, by activity at both banks"
  query.output = [
    dimension("north"),
    dimension("south"),
    { kind: "count", name: "people" },
    average("north"),
    average("south"),
  ]
  query.sql = `SELECT north.band AS north_band, south.band AS south_band, count(DISTINCT north.id) AS people,
  avg(north.forwarded) AS north_forwarded, avg(south.forwarded) AS south_forwarded
FROM north JOIN south ON north.id = south.id
GROUP BY north.band, south.band`
  contract.title = "Mule accounts across two banks"
}

async function propose(): Promise<string> {
  const { proposal } = await room.parley("authority", ["run", "propose", "--query", "mules"])
  teller.say(`proposal ${proposal}`)
  return String(proposal)
}

async function grantAll(proposal: string, shown: boolean): Promise<void> {
  for (const party of PARTIES)
    await teller.parley(room.args(party, ["run", "grant", proposal, ...room.accept()]), { shown })
}

/** What a hostile operator can do with the bytes that it keeps. */
async function swap(): Promise<void> {
  const sealed = join(room.path("host"), "rooms", digest, "sealed")
  const manifests = join(room.path("host"), "rooms", digest, "manifests")
  const south = (await readdir(manifests)).map((name) => name.split(".")[0] ?? "")
  const files = south.map((manifest) => join(sealed, manifest, "part-00000.sealed"))
  const [a = "", b = ""] = files
  const [left, right] = [await readFile(a), await readFile(b)]
  await writeFile(a, right)
  await writeFile(b, left)
  teller.say("the host has exchanged the two banks' ciphertext on its disk")
}
