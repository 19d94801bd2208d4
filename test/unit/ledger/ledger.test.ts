import { execFile } from "node:child_process"
import { appendFile, mkdtemp, readdir, readFile, truncate, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { beforeEach, describe, expect, it } from "vitest"
import { utf8 } from "../../../shared/bytes.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { Query } from "../../../shared/contract/query.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { book, localLedger } from "../../../verifier/cli/ledger/book.ts"
import { type LedgerEvent, readLedger } from "../../../verifier/ledger/entry.ts"
import { questionOf } from "../../../verifier/ledger/question.ts"
import { requireAmendable, requireGrantable, requireNotBehind } from "../../../verifier/ledger/rules.ts"
import { expectCode } from "../../support/rejects.ts"

const digest = (letter: string) => letter.repeat(64)
const key = "A".repeat(43)
const limits = { parameterSetsPerQuery: 2, runs: 2, versionsPerDataset: 2 }
const contract = { datasets: [], limits, predecessor: null } as unknown as Contract
const intention = (over: object = {}) => ({
  contract: digest("c"),
  encryptionKey: key,
  manifests: [],
  parameters: digest("7"),
  proposal: digest("1"),
  query: "q",
  sequence: 1,
  spend: [],
  statement: digest("8"),
  ...over,
})
const granted = (over: object = {}): LedgerEvent => ({ ...intention(over), event: "granted" })

let home: { folder: string }
let file: string

beforeEach(async () => {
  home = { folder: await mkdtemp(join(tmpdir(), "parley-ledger-")) }
  file = join(home.folder, "ledger.jsonl")
})

describe("the ledger", () => {
  it("is readable after a crash at every byte, and goes on", async () => {
    await book(home, granted())
    const { head } = await localLedger(home)
    await book(home, granted({ sequence: 2 }))
    const whole = await readFile(file)
    const firstLine = whole.indexOf(10) + 1
    for (let length = 0; length <= whole.length; length += 13) {
      await writeFile(file, whole.subarray(0, length))
      const { entries } = await localLedger(home)
      expect(entries.length).toBe(length < firstLine ? 0 : length < whole.length ? 1 : 2)
    }
    await writeFile(file, whole.subarray(0, whole.length - 5))
    await book(home, granted({ sequence: 2 }))
    const { digests, entries } = await localLedger(home)
    expect(entries.length).toBe(2)
    expect(digests[0]).toBe(head)
  })

  it("refuses any flipped byte in a whole line, a removed and a doubled line", async () => {
    await book(home, granted())
    await book(home, granted({ sequence: 2 }))
    const whole = await readFile(file)
    for (let place = 0; place < whole.indexOf(10); place += 7) {
      const flipped = Buffer.from(whole)
      flipped[place] = (flipped[place] ?? 0) ^ 1
      await expectCode("ledger-broken", () => readLedger(flipped))
    }
    const first = whole.subarray(0, whole.indexOf(10) + 1)
    await expectCode("ledger-broken", () => readLedger(whole.subarray(first.length)))
    await expectCode("ledger-broken", () => readLedger(Buffer.concat([first, first])))
    await appendFile(file, utf8("{}\n"))
    await expectCode("ledger-broken", () => localLedger(home))
  })

  it("books a line whole or not at all on a disk that takes only a part of it", async () => {
    const entry = new URL("../../../verifier/cli/ledger/book.ts", import.meta.url).href
    const script = `
      import { book } from ${JSON.stringify(entry)}
      const [home, event] = [{ folder: process.argv[1] }, JSON.parse(process.argv[2])]
      let booked = 0
      const code = await (async () => { for (;; booked++) await book(home, event) })().catch((cause) => cause.code)
      process.stdout.write(JSON.stringify({ booked, code }))`
    // The system takes what still fits under the limit and says nothing, as a disk does that fills up.
    const limited = ["-c", 'ulimit -f 2 && exec "$@"', "sh", process.execPath, "--input-type=module", "-e", script]
    const { stdout } = await promisify(execFile)("sh", [...limited, home.folder, JSON.stringify(granted())])
    const { booked, code } = JSON.parse(stdout) as { booked: number; code: string }
    expect([booked > 0, code]).toEqual([true, "file-io"])
    expect((await localLedger(home)).entries.length).toBe(booked)
    expect((await readFile(file)).at(-1)).toBe(10)
  })

  it("lets two writers at once both book, one after the other", async () => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => book(home, granted({ sequence: i + 1 }))))
    const { entries } = await localLedger(home)
    expect(entries.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  it("takes over the lock of a process that is gone, also one that has no pid yet", async () => {
    for (const left of ["999999999", "", "rubbish"]) {
      await writeFile(join(home.folder, "ledger.lock"), left)
      await book(home, granted())
    }
    expect((await localLedger(home)).entries.length).toBe(3)
    expect(await readdir(home.folder)).toEqual(["ledger.jsonl"])
  })

  it("takes over a lock whose pid another process has by now, or that an earlier boot of the machine has left", async () => {
    const lock = join(home.folder, "ledger.lock")
    let held = ""
    await book(home, granted(), undefined, async () => {
      held = await readFile(lock, "utf8")
    })
    const [pid, boot, started] = held.split(" ")
    expect(pid).toBe(String(process.pid))
    for (const left of [`${pid} ${boot} 1`, `${pid} 00000000-0000-0000-0000-000000000000 ${started}`]) {
      await writeFile(lock, left)
      await book(home, granted())
    }
    expect((await localLedger(home)).entries.length).toBe(3)
    await writeFile(lock, held)
    const busy = await expectCode("ledger-busy", () => book(home, granted()))
    expect(busy.todo).toContain(lock)
  })

  it("lets only one of many writers have a stale lock at a time", async () => {
    await writeFile(join(home.folder, "ledger.lock"), "")
    await Promise.all(Array.from({ length: 8 }, (_, i) => book(home, granted({ sequence: i + 1 }))))
    expect((await localLedger(home)).entries.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})

describe("what an owner may grant", () => {
  it("never two proposals of one sequence, but the same one again", async () => {
    await book(home, granted())
    const ledger = await localLedger(home)
    requireGrantable(ledger, contract, intention())
    await expectCode("grant-conflict", () => requireGrantable(ledger, contract, intention({ proposal: digest("2") })))
  })

  it("no more runs and versions than agreed, counted over contracts by lineage", async () => {
    const lineage = "B".repeat(22)
    const manifest = (letter: string) => ({ manifests: [{ dataset: "d", lineage, manifest: digest(letter) }] })
    await book(home, granted({ ...manifest("a"), contract: digest("e") }))
    await book(home, granted(manifest("b")))
    const ledger = await localLedger(home)
    requireGrantable(ledger, contract, intention({ ...manifest("b"), proposal: digest("2"), sequence: 2 }))
    await expectCode("limit-reached", () =>
      requireGrantable(ledger, contract, intention({ ...manifest("d"), proposal: digest("2"), sequence: 2 })),
    )
    await book(home, granted({ proposal: digest("2"), sequence: 2 }))
    const after = await localLedger(home)
    await expectCode("limit-reached", () =>
      requireGrantable(after, contract, intention({ proposal: digest("3"), sequence: 3 })),
    )
  })

  describe("by an owner's own rule, over all contracts", () => {
    const lineage = "B".repeat(22)
    const reading = (letter: string, over: object) => ({
      manifests: [{ dataset: "d", lineage, manifest: digest(letter) }],
      ...over,
    })
    const ruled = (runs: number | null, versions: number | null) =>
      ({ ...contract, datasets: [{ name: "d", rule: { limits: { runs, versions } } }] }) as unknown as Contract

    it("no more runs of its data: another contract with other partners does not buy any", async () => {
      await book(home, granted(reading("a", { contract: digest("e") })))
      const ledger = await localLedger(home)
      const next = intention(reading("a", { proposal: digest("2") }))
      await expectCode("limit-reached", () => requireGrantable(ledger, ruled(1, null), next))
      requireGrantable(ledger, ruled(2, null), next)
      requireGrantable(ledger, ruled(1, null), intention(reading("a", { contract: digest("e") })))
      requireGrantable(ledger, ruled(1, null), intention({ proposal: digest("2") }))
    })

    it("no more versions than the tighter of rule and contract", async () => {
      await book(home, granted(reading("a", { contract: digest("e") })))
      const ledger = await localLedger(home)
      const next = intention(reading("b", { proposal: digest("2") }))
      await expectCode("limit-reached", () => requireGrantable(ledger, ruled(null, 1), next))
      requireGrantable(ledger, ruled(null, 5), next)
      await book(home, granted(reading("b", { contract: digest("e"), proposal: digest("2"), sequence: 2 })))
      const third = intention(reading("d", { proposal: digest("3") }))
      const after = await localLedger(home)
      await expectCode("limit-reached", () => requireGrantable(after, ruled(null, 5), third))
    })
  })

  describe("no further sets of parameter values", () => {
    const lineage = "B".repeat(22)
    const other = { parameters: digest("5"), proposal: digest("2"), sequence: 2 }
    const frozen = (over: object = {}) =>
      ({ ...contract, limits: { ...limits, parameterSetsPerQuery: 1 }, ...over }) as Contract

    it("after the first grant has frozen them, for each query on its own", async () => {
      await book(home, granted())
      const ledger = await localLedger(home)
      await expectCode("limit-reached", () => requireGrantable(ledger, frozen(), intention(other)))
      requireGrantable(ledger, frozen(), intention({ ...other, parameters: digest("7") }))
      requireGrantable(ledger, frozen(), intention({ ...other, query: "r", statement: digest("9") }))
      requireGrantable(ledger, contract, intention(other))
    })

    it("than the contract has, whatever amendment they are asked under", async () => {
      await book(home, granted({ contract: digest("a") }))
      await book(home, { contract: digest("c"), event: "contract-signed", predecessor: digest("a") })
      const ledger = await localLedger(home)
      const amended = frozen({ predecessor: digest("a") })
      // The amendment may have changed a comma of the SQL.
      const asked = intention({ ...other, statement: digest("9") })
      await expectCode("limit-reached", () => requireGrantable(ledger, amended, asked))
      requireGrantable(ledger, frozen(), intention({ ...other, contract: digest("e"), statement: digest("9") }))
    })

    it("because the same question has another name, or is in another contract over the same data", async () => {
      const data = { manifests: [{ dataset: "d", lineage, manifest: digest("a") }] }
      await book(home, granted({ ...data, contract: digest("e") }))
      const ledger = await localLedger(home)
      const renamed = intention({ ...data, ...other, query: "r" })
      await expectCode("limit-reached", () => requireGrantable(ledger, frozen(), renamed))
      requireGrantable(ledger, frozen(), intention({ ...other, query: "r" }))
    })

    it("counts what it has approved for a colleague", async () => {
      await book(home, { ...intention(), event: "grant-approved", grant: digest("9") })
      const ledger = await localLedger(home)
      await expectCode("limit-reached", () => requireGrantable(ledger, frozen(), intention(other)))
    })
  })

  it("books a question by its SQL and its values, in whatever order they are written", () => {
    const query = { name: "q", sql: "SELECT 1" } as Query
    const asked = questionOf(query, { a: 1, b: "x" })
    expect(questionOf({ ...query, name: "r" }, { b: "x", a: 1 })).toEqual(asked)
    expect(questionOf(query, { a: 2, b: "x" })).toMatchObject({ statement: asked.statement })
    expect(questionOf(query, { a: 2, b: "x" }).parameters).not.toBe(asked.parameters)
    expect(questionOf({ ...query, sql: "SELECT 2" }, { a: 1, b: "x" }).statement).not.toBe(asked.statement)
  })

  it("no more runs because an amendment, or an amendment of one, has another digest", async () => {
    const amendment = (predecessor: string) => ({ ...contract, predecessor }) as Contract
    await book(home, granted({ contract: digest("a") }))
    await book(home, { contract: digest("b"), event: "contract-signed", predecessor: digest("a") })
    await book(home, granted({ contract: digest("b"), proposal: digest("2") }))
    const ledger = await localLedger(home)
    const third = intention({ proposal: digest("3") })
    await expectCode("limit-reached", () => requireGrantable(ledger, amendment(digest("b")), third))
    await expectCode("limit-reached", () => requireGrantable(ledger, amendment(digest("a")), third))
    requireGrantable(ledger, contract, third)
  })

  it("no more runs in a home that signs no contracts, over three amendments that it granted under", async () => {
    const [a, b] = [digest("a"), digest("b")]
    await book(home, granted({ contract: a }))
    await book(home, { amendment: b, contract: a, event: "contract-superseded" })
    await book(home, granted({ contract: b, proposal: digest("2") }))
    const third = { ...contract, predecessor: b } as Contract
    const ledger = await localLedger(home)
    await expectCode("limit-reached", () => requireGrantable(ledger, third, intention({ proposal: digest("3") })))
  })

  it("no second amendment that it signs beside a first one, unless that was given up", async () => {
    await book(home, { contract: digest("b"), event: "contract-signed", predecessor: digest("a") })
    const ledger = await localLedger(home)
    const sign = (gone: readonly string[]) => requireAmendable(ledger, digest("a"), digest("d"), new Set(gone))
    await expectCode("contract-superseded", () => sign([]))
    await expectCode("contract-superseded", () => sign([digest("c")]))
    expect(sign([digest("b")])).toBeUndefined()
  })

  it("under a line of contracts that leads back into itself, nothing for ever", async () => {
    await book(home, { contract: digest("b"), event: "contract-signed", predecessor: digest("a") })
    await book(home, { contract: digest("a"), event: "contract-signed", predecessor: digest("b") })
    requireGrantable(await localLedger(home), { ...contract, predecessor: digest("a") } as Contract, intention())
  })

  it("goes on under a contract whose amendment it has signed, until that is in force", async () => {
    await book(home, { contract: digest("d"), event: "contract-signed", predecessor: digest("c") })
    requireGrantable(await localLedger(home), contract, intention())
    await book(home, { amendment: digest("d"), contract: digest("c"), event: "contract-superseded" })
    const ledger = await localLedger(home)
    await expectCode("contract-superseded", () => requireGrantable(ledger, contract, intention()))
    requireGrantable(ledger, contract, intention({ contract: digest("d") }))
  })

  it("one amendment of a contract, and no second one beside it", async () => {
    await book(home, { amendment: digest("d"), contract: digest("c"), event: "contract-superseded" })
    const ledger = await localLedger(home)
    requireAmendable(ledger, digest("c"), digest("d"), new Set())
    requireAmendable(ledger, null, digest("e"), new Set())
    await expectCode("contract-superseded", () => requireAmendable(ledger, digest("c"), digest("e"), new Set()))
  })

  it("counts what it has approved for a colleague as its own word", async () => {
    await book(home, { ...intention(), event: "grant-approved", grant: digest("9") })
    const ledger = await localLedger(home)
    requireGrantable(ledger, contract, intention())
    await expectCode("grant-conflict", () => requireGrantable(ledger, contract, intention({ proposal: digest("2") })))
    requireGrantable(ledger, contract, intention({ proposal: digest("2"), sequence: 2 }))
    await book(home, granted({ proposal: digest("2"), sequence: 2 }))
    const third = intention({ proposal: digest("3"), sequence: 3 })
    const after = await localLedger(home)
    await expectCode("limit-reached", () => requireGrantable(after, contract, third))
  })

  it("nothing while its ledger is behind a receipt", async () => {
    await book(home, granted())
    const { head } = await localLedger(home)
    const cited = { grant: digest("9"), ledgerHead: head, sequence: 1 }
    requireNotBehind(await localLedger(home), cited)
    await truncate(file, 0)
    const cut = await localLedger(home)
    await expectCode("ledger-behind", () => requireNotBehind(cut, cited))
  })

  it("a colleague's grant that it approved, whose head is in the colleague's ledger", async () => {
    await book(home, { ...intention(), event: "grant-approved", grant: digest("9") })
    const ledger = await localLedger(home)
    requireNotBehind(ledger, { grant: digest("9"), ledgerHead: digest("f"), sequence: 1 })
    const other = { grant: digest("8"), ledgerHead: digest("f"), sequence: 1 }
    await expectCode("ledger-behind", () => requireNotBehind(ledger, other))
  })
})

describe("what is booked", () => {
  it("exists before: nothing is booked when it cannot be made", async () => {
    const cannot = () => book(home, granted(), undefined, () => Promise.reject(new ParleyError("file-io", "no")))
    await expectCode("file-io", cannot)
    expect((await localLedger(home)).entries).toEqual([])
    const heads: string[] = []
    await book(home, granted(), undefined, async (head) => void heads.push(head))
    expect(heads).toEqual([(await localLedger(home)).head])
  })
})
