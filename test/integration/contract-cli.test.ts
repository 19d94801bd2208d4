import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { signaturePath } from "../../shared/room/layout.ts"
import { peekJwsUnverified, signJws } from "../../shared/signed/jws.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { testKey } from "../support/keys.ts"
import { parleyFailure, parleyJson, runParley } from "../support/parley.ts"

let room: CleanRoom
let contract: Contract

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  contract = JSON.parse(await readFile(join(room.room, "contract.json"), "utf8")) as Contract
})

afterAll(() => room.dispose())

/** A copy of the room in which one thing was changed. */
async function changed(edit: (folder: string) => Promise<void>): Promise<string> {
  const folder = room.path("changed")
  await rm(folder, { force: true, recursive: true })
  await cp(room.room, folder, { recursive: true })
  await edit(folder)
  return folder
}

const withContract = (bytes: Uint8Array | string) =>
  changed((folder) => writeFile(join(folder, "contract.json"), bytes))

const edited = (edit: (draft: Contract) => void) => {
  const draft = structuredClone(contract)
  edit(draft)
  return canonicalBytes(draft)
}

const sign = (folder: string) => ["contract", "sign", "--home", room.home("bank"), "--room", folder, ...room.accept()]

const propose = (folder: string) => [
  ...["run", "propose", "--query", "attribution"],
  ...["--home", room.home("agency"), "--room", folder],
]

/** Takes bureau's signature out of a room, and puts another one in its place. */
async function withoutBureau(folder: string, other?: Uint8Array): Promise<void> {
  const signatures = join(folder, "signatures")
  const kids = contract.parties.find(({ card }) => card.name === "bureau")?.approvals.contract.keys ?? []
  const names = await readdir(signatures)
  const own = names.filter((name) => kids.some((kid) => name.includes(kid)))
  expect(own.length).toBe(1)
  for (const name of own) await rm(join(signatures, name))
  if (other === undefined) return
  const { digest, kid } = peekJwsUnverified("contract", other)
  await writeFile(join(folder, signaturePath("signatures", digest, kid)), other)
}

describe("a contract", () => {
  const unread: Readonly<Record<string, readonly [() => Uint8Array | string, string, number]>> = {
    "that is not canonical": [() => JSON.stringify(contract, null, 2), "json-not-canonical", 30],
    "that is no JSON": [() => "{", "json-malformed", 30],
    "with an unknown field": [() => JSON.stringify({ ...contract, zz: 1 }), "json-schema", 30],
    "of another version": [
      () => edited((draft) => Object.assign(draft, { format: "parley/contract/v9" })),
      "json-schema",
      30,
    ],
    "with an unknown column": [
      () =>
        edited(({ queries: [query] }) => {
          if (query !== undefined) query.sql = query.sql.replace("balance", "fortune")
        }),
      "query-refused",
      10,
    ],
    "that still has blanks": [
      () =>
        edited(({ terms }) => {
          terms.residency = "TO BE FILLED IN: where the enclave runs"
        }),
      "contract-incomplete",
      30,
    ],
    "without a digest of the legal agreement": [
      () =>
        edited(({ terms }) => {
          terms.agreement.sha256 = "0".repeat(64)
        }),
      "contract-incomplete",
      30,
    ],
    "whose validity is over": [
      () =>
        edited((draft) => {
          draft.validity = { notAfter: "2021-01-01T00:00:00Z", notBefore: "2020-01-01T00:00:00Z" }
        }),
      "contract-expired",
      10,
    ],
    "that calls a throwaway root genuine": [
      () =>
        edited((draft) => {
          draft.evidence.trustAnchor.simulated = false
        }),
      "contract-invalid",
      30,
    ],
  }
  for (const [name, [bytes, code, exit]] of Object.entries(unread)) {
    it(`${name} is not signed: ${code}`, async () => {
      const folder = await withContract(bytes())
      const before = await readdir(join(folder, "signatures"))
      expect(await parleyFailure(sign(folder))).toMatchObject({ code, exit })
      expect(await readdir(join(folder, "signatures"))).toEqual(before)
    })
  }

  it("that lacks a signature is not in force, and names whose it is", async () => {
    const folder = await changed((copy) => withoutBureau(copy))
    const failure = await parleyFailure(propose(folder))
    expect(failure).toMatchObject({ code: "contract-signature-missing", exit: 41 })
    expect(failure.message).toContain("bureau")
    const status = await parleyJson(["contract", "status", "--home", room.home("bank"), "--room", folder], 41)
    expect(JSON.stringify(status)).toContain("bureau")
  })

  it("signed by a key that nobody listed is not in force", async () => {
    const stranger = await signJws("contract", contract, await testKey())
    const folder = await changed((copy) => withoutBureau(copy, stranger))
    expect(await parleyFailure(propose(folder))).toMatchObject({ code: "contract-signature-missing", exit: 41 })
  })

  it("signed under the name of a listed key by another one is not in force", async () => {
    const [kid = ""] = contract.parties.find(({ card }) => card.name === "bureau")?.approvals.contract.keys ?? []
    const forged = await signJws("contract", contract, await testKey())
    const { digest } = peekJwsUnverified("contract", forged)
    const folder = await changed(async (copy) => {
      await withoutBureau(copy)
      await writeFile(join(copy, signaturePath("signatures", digest, kid)), forged)
    })
    expect(await parleyFailure(propose(folder))).toMatchObject({ code: "contract-signature-missing", exit: 41 })
  })
})

describe("a draft", () => {
  it("names what only the parties know, until it is filled in", async () => {
    const out = room.path("draft", "contract.json")
    const files = ["accounts", "persons"].map((name) => room.path(`${name}.dataset.json`))
    const { secretCommitment } = contract.tokenSpecs[0] ?? {}
    const init = [
      ...["contract", "init", "--recipe", "overlap", "--dataset", ...files, "--recipient", "agency"],
      ...["--token-commitment", secretCommitment ?? "", "--token-issuer", "bank", "--image", room.path("image.json")],
      ...["--trust-root", room.path("host", "root", "root.pem"), "--out", out, "--home", room.home("bank")],
    ]
    const terms = ["terms.agreement.reference", "terms.residency", "terms.retention.inputs", "terms.retention.results"]
    const blank = [...terms, "terms.agreement.sha256"]
    expect((await parleyJson(init)).unfilled).toEqual(blank)
    expect(await parleyJson(["contract", "check", out])).toMatchObject({ termsComplete: false, unfilled: blank })
    expect(await parleyFailure(sign(room.path("draft")))).toMatchObject({ code: "contract-incomplete", exit: 30 })
    const filled = ["--agreement", out, "--residency", "EU", "--retain-inputs", "a year", "--retain-results", "a year"]
    expect((await parleyJson([...init, ...filled])).unfilled).toEqual([])
    expect(await parleyJson(["contract", "check", out])).toMatchObject({ termsComplete: true, unfilled: [] })
    await parleyJson(sign(room.path("draft")))
  })
})

describe("a contract with a card under a party's name", () => {
  it("that is not the one confirmed here is not signed", async () => {
    const impostor = room.home("impostor")
    await parleyJson(["init", "--name", "agency", "--title", "Somebody", "--home", impostor])
    const file = room.path("impostor.card.json")
    const { fingerprint } = await parleyJson(["party", "export", "--home", impostor, "--out", file])
    const home = room.home("misled")
    await cp(room.home("bank"), home, { recursive: true })
    await parleyJson(["party", "add", file, "--fingerprint", String(fingerprint), "--home", home])
    const folder = await changed(async () => undefined)
    const args = ["contract", "sign", "--home", home, "--room", folder, ...room.accept()]
    expect(await parleyFailure(args)).toMatchObject({ code: "party-mismatch", exit: 10 })
  })
})

describe("a contract before anybody signs", () => {
  const checked = async (edit: (draft: Contract) => void) => {
    const folder = await withContract(edited(edit))
    return ["contract", "check", join(folder, "contract.json")]
  }

  it("shows the effective rule of each query, its digest, and what could be subtracted", async () => {
    const args = await checked((draft) => {
      Object.assign(draft.limits, { parameterSetsPerQuery: 1, versionsPerDataset: 2 })
      for (const { rule } of draft.datasets) rule.rounding = { countStep: 5, sumStep: "400" }
    })
    const { leakage, queries } = await parleyJson(args)
    const dominance = ["p% with p=10"]
    expect(queries).toMatchObject([
      {
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        policy: { countStep: 5, dominance: [{ kind: "p-percent", p: 10 }], mode: "threshold" },
        query: "attribution",
        rule: [
          { column: "region", from: "persons.region", kind: "dimension", people: null, step: null },
          { column: "people", dominance: [], kind: "count", people: 50, step: "5" },
          { column: "sum_balance", dominance, from: "accounts.balance", kind: "sum", people: 50, step: "5200" },
        ],
      },
    ])
    expect((leakage as { kind: string }[]).map(({ kind }) => kind)).toEqual(["versions", "versions", "opt-outs"])
    const { stdout } = await runParley(args)
    expect(stdout).toMatch(/sum_balance +sum +accounts\.balance +50 +5200 +p% with p=10/)
    expect(stdout).toContain("versions: accounts: 2 versions; any two can be subtracted")
  })

  it("holds an owner to its templates: the digest that is shown is allowed, and no other query", async () => {
    const { queries } = await parleyJson(await checked(() => undefined))
    const [query] = queries as { digest: string }[]
    const template = (draft: Contract) => {
      for (const { rule } of draft.datasets) Object.assign(rule, { kind: "template", templates: [query?.digest] })
    }
    expect(await parleyJson(await checked(template))).toMatchObject({ queries: [{ digest: query?.digest }] })
    const other = await checked((draft) => {
      template(draft)
      for (const changed of draft.queries) changed.meaning = "another one"
    })
    expect(await parleyFailure(other)).toMatchObject({ code: "query-rule" })
  })
})
