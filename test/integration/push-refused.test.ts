import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { signaturePath } from "../../shared/room/layout.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../shared/signed/keys.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { testKey } from "../support/keys.ts"
import { parleyFailure, parleyJson, runParley } from "../support/parley.ts"

let room: CleanRoom
let url: string
let contract: Contract
let digest: string

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  contract = await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  digest = objectDigest("contract", canonicalBytes(contract))
  url = await room.startHttp()
  await parleyJson(["contract", "push", "--room", room.room, "--home", room.home("bank"), "--host", url])
  for (const party of room.parties) await room.parley(party, ["contract", "pull", digest])
})

afterAll(() => room.dispose())

const statement = (party: string, reason: string) => ({
  contract: digest,
  created: "2026-01-01T00:00:00Z",
  format: "parley/rejection/v1",
  party,
  reason,
})

/** Puts a rejection into a party's folder, under a key of its own or of a stranger. */
async function put(folder: string, party: string, reason: string, own: boolean): Promise<string> {
  const said = statement(party, reason)
  const key = own ? await signingKey(party) : await testKey()
  const path = signaturePath("rejections", objectDigest("rejection", canonicalBytes(said)), keyId(publicPart(key)))
  await mkdir(join(folder, "rejections"), { recursive: true })
  await writeFile(join(folder, path), await signJws("rejection", said, key))
  return path
}

async function signingKey(party: string) {
  const folder = join(room.home(party), "keys")
  for (const name of await readdir(folder)) {
    const { jwk, use } = JSON.parse(await readFile(join(folder, name), "utf8")) as {
      jwk: Awaited<ReturnType<typeof testKey>>
      use: string
    }
    if (use === "sign") return jwk
  }
  throw new Error(`no key of ${party}`)
}

const push = (folder: string) => ["contract", "push", "--room", folder, "--home", room.home("bank"), "--host", url]
const stored = async () => {
  const folder = room.path("reader")
  await parleyJson(["contract", "pull", digest, "--room", folder, "--home", room.home("bureau"), "--host", url])
  return (await readdir(join(folder, "rejections")).catch(() => [])).map((name) => `rejections/${name}`)
}

describe("objects that the host refuses", () => {
  it("keep nothing else back, and each is named with its code", async () => {
    const folder = room.path("mixed")
    await cp(room.roomOf("bank"), folder, { recursive: true })
    const strangers = [await put(folder, "bureau", "forged", false), await put(folder, "agency", "forged too", false)]
    const good = [await put(folder, "bank", "one", true), await put(folder, "bank", "two", true)]
    const { pushed, refused } = await parleyJson(push(folder))
    expect(pushed).toBe(2)
    const named = (refused as { code: string; path: string }[]).map(({ code, path }) => `${path} ${code}`)
    expect(named.sort()).toEqual(strangers.map((path) => `${path} jws-unknown-key`).sort())
    expect((await stored()).sort()).toEqual(good.sort())
  })

  it("are told on stderr by every other command, which goes on", async () => {
    const args = ["contract", "status", "--room", room.path("mixed"), "--home", room.home("bank"), "--host", url]
    const { exit, stderr, stdout } = await runParley([...args, "--json"])
    expect(exit).toBe(0)
    expect(stderr).toMatch(/^note: the host refused 2 objects: rejections\/[^ ]+: jws-unknown-key, rejections/)
    expect(JSON.parse(stdout)).toMatchObject({ state: "in-force" })
  })

  it("are this command's failure when they are this party's own, after all others went", async () => {
    const folder = room.path("own")
    await cp(room.roomOf("bank"), folder, { recursive: true })
    const own = await put(folder, "bank", "damaged", true)
    const other = await readFile(join(room.path("mixed"), await put(room.path("mixed"), "bank", "other", true)), "utf8")
    const { signature } = JSON.parse(other) as { signature: string }
    const text = await readFile(join(folder, own), "utf8")
    await writeFile(join(folder, own), text.replace(/"signature":"[^"]+"/, `"signature":"${signature}"`))
    const good = [await put(folder, "bank", "three", true), await put(folder, "bank", "four", true)]
    const failure = await parleyFailure(push(folder))
    expect(failure).toMatchObject({ code: "jws-signature-invalid", exit: 10 })
    expect(failure.message).toBe(`the host refused one object: ${own}: jws-signature-invalid`)
    expect(await stored()).toEqual(expect.arrayContaining(good))
  })
})

describe("an amendment over HTTP", () => {
  it("is learnt of by every party in the predecessor's room once all have signed it", async () => {
    const file = room.path("second", "contract.json")
    await mkdir(room.path("second"))
    await parleyJson(["contract", "amend", join(room.room, "contract.json"), "--out", file])
    const inSecond = (party: string, args: readonly string[]) => [
      ...[...args, "--home", room.home(party), "--room", room.path("second", party), "--host", url],
    ]
    await parleyJson(["contract", "push", "--room", room.path("second"), "--home", room.home("bank"), "--host", url])
    const amended = String((await parleyJson(["contract", "hash", file])).digest)
    for (const party of ["agency", "bureau", "bank"]) {
      await parleyJson(inSecond(party, ["contract", "pull", amended]))
      if (party === "bank") expect(await room.parley("agency", ["contract", "status"])).toMatchObject({ inForce: true })
      await parleyJson(inSecond(party, ["contract", "sign", ...room.accept()]))
    }
    for (const party of ["agency", "bureau", "bank"]) {
      const failure = await parleyFailure(room.args(party, ["run", "propose", "--query", "attribution"]))
      expect(failure).toMatchObject({ code: "contract-superseded", exit: 10 })
      expect(failure.todo).toContain(room.path("second", party))
    }
  })
})
