import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parleyFailure, parleyJson } from "../support/parley.ts"

let folder: string
let prints: Readonly<Record<string, string>>

/** A bank, a bureau, and somebody who calls itself bureau. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-cards-"))
  const found: Record<string, string> = {}
  for (const [who, name] of [
    ["bank", "bank"],
    ["bureau", "bureau"],
    ["impostor", "bureau"],
  ] as const) {
    await parleyJson(["init", "--name", name, "--title", `The ${name}`, "--home", home(who)])
    const exported = await parleyJson(["party", "export", "--out", card(who), "--home", home(who)])
    found[who] = String(exported.fingerprint)
  }
  prints = found
})

afterAll(() => rm(folder, { recursive: true }))

const home = (who: string) => join(folder, who)
const card = (who: string) => join(folder, `${who}.card.json`)
const add = (who: string, fingerprint?: string) => [
  ...["party", "add", card(who), "--home", home("bank")],
  ...(fingerprint === undefined ? [] : ["--fingerprint", fingerprint]),
]
const book = () => readdir(join(home("bank"), "address-book")).catch(() => [])

describe("a card", () => {
  it("is not added without a fingerprint, nor with another one", async () => {
    const unheard = await parleyFailure(add("bureau"))
    expect(unheard).toMatchObject({ code: "usage", exit: 64 })
    expect(unheard.message).toContain(prints.bureau)
    const swapped = await parleyFailure(add("impostor", prints.bureau))
    expect(swapped).toMatchObject({ code: "fingerprint-mismatch", exit: 10 })
    const short = await parleyFailure(add("bureau", prints.bureau?.slice(0, 14)))
    expect(short).toMatchObject({ code: "fingerprint-mismatch", exit: 10 })
    expect(await book()).toEqual([])
  })

  it("that changed on the way is refused", async () => {
    const text = await readFile(card("bureau"), "utf8")
    const { signature } = JSON.parse(await readFile(card("impostor"), "utf8")) as { signature: string }
    const file = join(folder, "changed.card.json")
    await writeFile(file, text.replace(/"signature":"[^"]+"/, `"signature":"${signature}"`))
    const args = ["party", "add", file, "--home", home("bank"), "--fingerprint", prints.bureau ?? ""]
    expect(await parleyFailure(args)).toMatchObject({ code: "jws-signature-invalid", exit: 10 })
    expect(await book()).toEqual([])
  })

  it("is added with the fingerprint as it was heard, blanks and case aside", async () => {
    const heard = (prints.bureau ?? "").replaceAll(" ", "").toUpperCase()
    expect(await parleyJson(add("bureau", heard))).toMatchObject({ changed: false, name: "bureau" })
    expect(await book()).toEqual(["bureau.json"])
  })

  it("is told from another one under its name", async () => {
    const verify = (who: string) => ["party", "verify", card(who), "--home", home("bank")]
    expect(await parleyJson(verify("bureau"))).toMatchObject({ fingerprint: prints.bureau })
    expect(await parleyFailure(verify("impostor"))).toMatchObject({ code: "party-mismatch", exit: 10 })
    const elsewhere = ["party", "verify", card("bureau"), "--home", home("impostor")]
    expect(await parleyFailure(elsewhere)).toMatchObject({ code: "party-unknown", exit: 10 })
  })
})

describe("a colleague's key", () => {
  const colleague = () => join(folder, "grace")
  const file = () => join(folder, "grace.key.json")
  const addKey = (who: string, fingerprint?: string) => [
    ...["key", "add", file(), "--home", home(who)],
    ...(fingerprint === undefined ? [] : ["--fingerprint", fingerprint]),
  ]
  let print: string

  beforeAll(async () => {
    const person = ["--holder", "Grace Lund", "--role", "privacy-officer"]
    await parleyJson(["key", "create", "--party", "bank", ...person, "--home", colleague()])
    print = String((await parleyJson(["key", "export", "--home", colleague(), "--out", file()])).keyFingerprint)
  })

  it("is made in a home that has nothing else of the party", async () => {
    const { keys } = await parleyJson(["key", "show", "--home", colleague()])
    expect(keys).toMatchObject([{ here: true, holder: "Grace Lund", role: "privacy-officer", use: "sign" }])
    expect(await readFile(file(), "utf8")).not.toContain('"d"')
    const person = ["--holder", "Sam", "--role", "security"]
    const again = ["key", "create", "--party", "bank", ...person, "--home", home("bank")]
    expect(await parleyFailure(again)).toMatchObject({ code: "usage", exit: 64 })
    const card = ["party", "export", "--home", colleague(), "--out", join(folder, "none.card.json")]
    expect(await parleyFailure(card)).toMatchObject({ code: "file-missing", exit: 74 })
  })

  it("is not put on a card without its fingerprint, with another one, or on another party's", async () => {
    expect((await parleyFailure(addKey("bank"))).message).toContain(print)
    expect(await parleyFailure(addKey("bank", "0".repeat(32)))).toMatchObject({
      code: "fingerprint-mismatch",
      exit: 10,
    })
    expect(await parleyFailure(addKey("bureau", print))).toMatchObject({ code: "party-mismatch", exit: 10 })
    const { keys } = await parleyJson(["key", "show", "--home", home("bank")])
    expect(keys).toHaveLength(3)
  })

  it("is put on the card, which then is another one", async () => {
    const added = await parleyJson(addKey("bank", print))
    expect(added).toMatchObject({ keys: 2 })
    expect(added.fingerprint).not.toBe(prints.bank)
    const exported = await parleyJson(["party", "export", "--out", card("bank"), "--home", home("bank")])
    expect(exported.fingerprint).toBe(added.fingerprint)
    const confirm = ["party", "add", card("bank"), "--fingerprint", String(added.fingerprint), "--home", colleague()]
    expect(await parleyJson(confirm)).toMatchObject({ name: "bank" })
  })

  it("is not alone: with the party's access key its holder can use the host, and no other key moves", async () => {
    const file = join(folder, "access.json")
    const exported = ["key", "export", "--access", "--home", home("bank"), "--out", file]
    const { kid } = await parleyJson(exported)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const take = (from: string) => ["key", "import", from, "--home", colleague()]
    expect(await parleyJson(take(file))).toMatchObject({ kid })
    expect(await parleyFailure(take(file))).toMatchObject({ code: "usage", exit: 64 })
    const names = await readdir(join(home("bank"), "keys"))
    for (const name of names.filter((key) => !key.startsWith(String(kid)))) {
      expect(await parleyFailure(take(join(home("bank"), "keys", name)))).toMatchObject({ code: "usage", exit: 64 })
    }
    await parleyJson([
      "key",
      "create",
      "--party",
      "bureau",
      "--holder",
      "Eve",
      "--role",
      "legal",
      "--home",
      home("eve"),
    ])
    const confirm = ["party", "add", card("bureau"), "--fingerprint", prints.bureau ?? "", "--home", home("eve")]
    await parleyJson(confirm)
    const foreign = ["key", "import", file, "--home", home("eve")]
    expect(await parleyFailure(foreign)).toMatchObject({ code: "party-mismatch", exit: 10 })
  })
})
