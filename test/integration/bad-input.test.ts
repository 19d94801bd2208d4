import { execFile, spawnSync } from "node:child_process"
import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { fromBase64url, utf8 } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import type { Grant } from "../../shared/protocol/grant.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { PrivateJwk } from "../../shared/signed/keys.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyFailure, parleyJson, runParley } from "../support/parley.ts"

let room: CleanRoom
let contract: Contract

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  contract = await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
})

afterAll(() => room.dispose())

const rows = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join("\n")
const seal = (input: string, ...extra: string[]) =>
  room.args("bank", ["dataset", "seal", "--dataset", "accounts", "--input", input, ...extra])

async function failsToSeal(content: string | Uint8Array, ...extra: string[]) {
  const file = room.path("input.csv")
  await writeFile(file, content)
  return parleyFailure(seal(file, ...extra))
}

/** A small disk needs a mount of one's own, which not every machine allows. */
function canMount(): boolean {
  return spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", tmpdir()]).status === 0
}

describe("sealing refuses", () => {
  it("a wrong header, naming the column", async () => {
    expect(await failsToSeal("id,saldo\na,1\n")).toMatchObject({
      code: "input-header",
      exit: 30,
      message: "columns not found: balance",
    })
  })

  it("a wrong type far down, naming row and column and not the value", async () => {
    const failure = await failsToSeal(`id,balance\n${"p,5\n".repeat(4_000_000)}p,hunter2\n`)
    expect(failure).toMatchObject({ code: "input-faults", exit: 30 })
    expect(failure.message).toContain("row 4000001, column balance: not of the declared type")
    expect(failure.message).not.toContain("hunter2")
  })

  it("values off the range, rounded numbers, empty cells and empty identities, all counted", async () => {
    const failure = await failsToSeal("id,balance\na,1001\nb,1.5\nc,\n   ,7\nd,-1\n")
    expect(failure.message).toContain("balance: 1 empty")
    expect(failure.message).toContain("balance: 1 not of the declared type")
    expect(failure.message).toContain("balance: 2 outside")
    expect(failure.message).toContain("id: 1 empty after normalisation")
  })

  it("too many rows for one identity, however it is written", async () => {
    const failure = await failsToSeal("id,balance\nbob,3\nAda,1\n  ada ,2\n")
    expect(failure).toMatchObject({ code: "input-faults", exit: 30 })
    expect(failure.message).toContain("row 3, column id: beyond the 1 that an identity may have")
  })

  it("bytes that are not UTF-8, with their line", async () => {
    const failure = await failsToSeal(
      Buffer.concat([utf8("id,balance\na,1\nb"), Buffer.from([0xff, 0xfe]), utf8(",2\n")]),
    )
    expect(failure).toMatchObject({ code: "input-unreadable", exit: 30 })
  })

  it("a wrong token secret, and none", async () => {
    await writeFile(room.path("good.csv"), "id,balance\na,1\n")
    const folder = join(room.home("bank"), "token-secrets")
    const file = join(folder, String((await readdir(folder))[0]))
    const secret = await readFile(file)
    await writeFile(file, Buffer.alloc(32))
    expect(await parleyFailure(seal(room.path("good.csv")))).toMatchObject({ code: "token-secret-wrong", exit: 10 })
    await rm(file)
    expect(await parleyFailure(seal(room.path("good.csv")))).toMatchObject({ code: "token-secret-missing", exit: 74 })
    await writeFile(file, secret, { mode: 0o600 })
  })

  it("another owner's dataset, and a file that is not there", async () => {
    const foreign = room.args("bank", ["dataset", "seal", "--dataset", "persons", "--input", room.path("good.csv")])
    expect(await parleyFailure(foreign)).toMatchObject({ code: "dataset-unknown", exit: 64 })
    expect(await parleyFailure(seal(room.path("nowhere.csv")))).toMatchObject({ code: "file-io", exit: 74 })
  })

  it.runIf(canMount())("a full disk, and leaves nothing behind", async () => {
    await writeFile(room.path("big.csv"), `id,balance\n${rows(200_000, (i) => `p${i},5`)}\n`)
    const cli = new URL("../../verifier/cli/parley.ts", import.meta.url).pathname
    const temp = room.path("small")
    await mkdir(temp)
    const args = seal(room.path("big.csv"), "--json", "--temp", temp).join(" ")
    const command = `mount -t tmpfs -o size=600k tmpfs ${temp} && "${process.execPath}" "${cli}" ${args}; ls ${temp} >&2`
    const ran = await new Promise<{ stdout: string; stderr: string }>((resolve) => {
      execFile("unshare", ["-rm", "bash", "-c", command], (_error, stdout, stderr) => resolve({ stderr, stdout }))
    })
    expect(JSON.parse(ran.stdout)).toMatchObject({ error: { code: "file-io", exit: 74 } })
    expect(ran.stderr).not.toContain("seal-")
    expect((await parleyJson(["dataset", "list", "--home", room.home("bank")])).datasets).toEqual([])
  })
})

describe("sealing accepts", () => {
  it("a byte order mark, semicolons, quotes, CRLF, gzip, standard input and other column names", async () => {
    const text = '\ufeffKunde;"balance"\r\n"Ada";1\r\n"Bob";2\r\n'
    await writeFile(room.path("dialect.csv.gz"), gzipSync(text))
    const sealed = await parleyJson(seal(room.path("dialect.csv.gz"), "--map", "Kunde=id"))
    expect(sealed).toMatchObject({ rows: 2, version: 1 })
    const piped = await runParley([...seal("-"), "--json"], { input: "id,balance\nada,1\n" })
    expect(JSON.parse(piped.stdout)).toMatchObject({ rows: 1, version: 2 })
  })

  it("reports drift against the last version", async () => {
    await writeFile(room.path("drift.csv"), "id,balance\nada,1\nbob,2\n")
    const checked = await room.parley("bank", [
      "dataset",
      "check",
      "--dataset",
      "accounts",
      "--input",
      room.path("drift.csv"),
    ])
    expect(checked.drift).toEqual(["2 rows, 1 before (+100 %)"])
  })
})

describe("runs", () => {
  it("wait, naming who is missing; and never two proposals of one sequence", async () => {
    await writeFile(room.path("bank.csv"), `id,balance\n${rows(300, (i) => `p${i},${i + 1}`)}\n`)
    await writeFile(room.path("bureau.csv"), `id,region\n${rows(300, (i) => `P${i},${i < 150 ? "east" : "west"}`)}\n`)
    await room.parley("bank", ["dataset", "seal", "--dataset", "accounts", "--input", room.path("bank.csv")])
    await room.parley("bureau", ["dataset", "seal", "--dataset", "persons", "--input", room.path("bureau.csv")])
    await room.startHost()
    const { proposal } = await room.parley("agency", ["run", "propose", "--query", "attribution"])
    await room.parley("bank", ["run", "grant", String(proposal), ...room.accept()])
    const status = await room.parley("agency", ["run", "status", String(proposal)], 41)
    expect(status.waitingFor).toEqual(["bureau (grant)", "agency (grant)"])
    const { proposal: second } = await room.parley("agency", [
      "run",
      "propose",
      "--query",
      "attribution",
      "--sequence",
      "1",
    ])
    const conflict = room.args("bank", ["run", "grant", String(second), ...room.accept()])
    expect(await parleyFailure(conflict)).toMatchObject({ code: "grant-conflict", exit: 10 })
    const unaccepted = room.args("bureau", ["run", "grant", String(proposal)])
    expect(await parleyFailure(unaccepted)).toMatchObject({ code: "anchor-not-accepted", exit: 10 })
  })

  it("survive a host killed with -9: old grants are dead, and the same run is granted again", async () => {
    const { proposal } = await room.parley("agency", ["run", "propose", "--query", "attribution"])
    for (const party of ["bank", "bureau"])
      await room.parley(party, ["run", "grant", String(proposal), ...room.accept()])
    await room.stopHost("SIGKILL")
    await room.startHost()
    // The agency's grant is to the new boot, the others' to the one that is gone: nothing runs.
    await room.parley("agency", ["run", "grant", String(proposal), ...room.accept()])
    await room.parley("agency", ["run", "wait", String(proposal), "--timeout", "2"], 41)
    for (const party of ["bank", "bureau"])
      await room.parley(party, ["run", "grant", String(proposal), ...room.accept()])
    await room.parley("agency", ["run", "wait", String(proposal), "--timeout", "60"])
    expect((await room.parley("agency", ["result", "open", String(proposal)])).rows).toHaveLength(2)
  })

  it("refuse sealed data that was changed, and say so before the time is up", async () => {
    const { datasets } = (await room.parley("bureau", ["dataset", "list"])) as {
      datasets: { manifest: string; version: number }[]
    }
    const [newest] = datasets.toSorted((a, b) => b.version - a.version)
    const file = await open(join(room.room, "sealed", newest?.manifest ?? "", "part-00000.sealed"), "r+")
    await file.write(Buffer.from([1, 2, 3]), 0, 3, 500)
    await file.close()
    const { proposal } = await room.parley("agency", ["run", "propose", "--query", "attribution"])
    for (const party of room.parties) await room.parley(party, ["run", "grant", String(proposal), ...room.accept()])
    const waited = await room.parley("agency", ["run", "wait", String(proposal), "--timeout", "60"], 10)
    expect(waited).toMatchObject({ hostSays: { code: "manifest-mismatch", verified: false }, state: "granted" })
  })

  it("refuse a wrapped key that was copied from another party's grant", async () => {
    await room.parley("bureau", ["dataset", "seal", "--dataset", "persons", "--input", room.path("bureau.csv")])
    const { proposal } = await room.parley("agency", ["run", "propose", "--query", "attribution"])
    const granted: string[] = []
    for (const party of ["bank", "bureau"]) {
      const { grant } = await room.parley(party, ["run", "grant", String(proposal), ...room.accept()])
      granted.push(String(grant))
    }
    const [bank = "", bureau = ""] = granted
    const { grant: stolen } = await readGrant(bank)
    const { file, grant } = await readGrant(bureau)
    await rm(file)
    const jws = await signJws("grant", { ...grant, secret: stolen.secret }, await signingKeyOf("bureau"))
    const { objectDigest, payload } = await identity(jws)
    await writeFile(join(room.room, "grants", `${objectDigest}.${payload}.jws`), jws)
    await room.parley("agency", ["run", "grant", String(proposal), ...room.accept()])
    const waited = await room.parley("agency", ["run", "wait", String(proposal), "--timeout", "60"], 10)
    expect(waited).toMatchObject({ why: "grant-invalid (bureau)" })
  })

  it("take an empty join for a result with no groups", async () => {
    await writeFile(room.path("nobody.csv"), `id,balance\n${rows(300, (i) => `x${i},${i}`)}\n`)
    const { limits } = contract
    expect(limits.versionsPerDataset).toBe(12)
    await room.parley("bank", ["dataset", "seal", "--dataset", "accounts", "--input", room.path("nobody.csv")])
    const proposal = await room.run("agency", "attribution")
    expect(await room.parley("agency", ["result", "open", proposal])).toMatchObject({ rows: [], withheldGroups: "0" })
    const audit = await parleyJson(["audit", room.room, ...room.accept()])
    expect(audit).toMatchObject({ accepted: 2, examined: 2, verdict: "accepted" })
  })

  it("refuse everything once a party has ended the contract", async () => {
    await room.parley("bureau", ["contract", "end", "--reason", "the partnership is over"])
    const args = room.args("agency", ["run", "propose", "--query", "attribution"])
    expect(await parleyFailure(args)).toMatchObject({ code: "contract-ended", exit: 10 })
  })
})

async function readGrant(digest: string): Promise<{ file: string; grant: Grant }> {
  const name = (await readdir(join(room.room, "grants"))).find((candidate) => candidate.startsWith(digest)) ?? ""
  const file = join(room.room, "grants", name)
  const { payload } = JSON.parse(await readFile(file, "utf8")) as { payload: string }
  return { file, grant: JSON.parse(new TextDecoder().decode(fromBase64url(payload))) as Grant }
}

async function signingKeyOf(party: string): Promise<PrivateJwk> {
  const folder = join(room.home(party), "keys")
  for (const name of await readdir(folder)) {
    const key = JSON.parse(await readFile(join(folder, name), "utf8")) as { jwk: unknown; use: string }
    if (key.use === "sign") return PrivateJwk.parse(key.jwk)
  }
  throw new Error("no signing key")
}

async function identity(jws: Uint8Array): Promise<{ objectDigest: string; payload: string }> {
  const { peekJwsUnverified } = await import("../../shared/signed/jws.ts")
  const { digest, kid } = peekJwsUnverified("grant", jws)
  return { objectDigest: digest, payload: kid }
}
