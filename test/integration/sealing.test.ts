import { spawnSync } from "node:child_process"
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { literal, openLocalEngine } from "../../verifier/cli/engine/duckdb.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { integerColumn, testDataset, textColumn } from "../support/datasets.ts"
import { parleyFailure, parleyJson, runParley } from "../support/parley.ts"

const CLI = fileURLToPath(new URL("../../verifier/cli/parley.ts", import.meta.url))
const FILTER = "country = 'DE'"

let room: CleanRoom

beforeAll(async () => {
  room = await CleanRoom.create(["bank", "bureau", "agency"])
  const balance = { ...integerColumn("balance", "measure", 0, 1000), nullable: true }
  const promises = { freshness: { maxAgeDays: 30 }, maxRowsPerIdentity: 2, rowFilter: FILTER }
  const accounts = testDataset("accounts", "bank", [balance], promises)
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
})

afterAll(() => room.dispose())

const HEADER = "id,balance,country\n"
const FILTERED = ["--where", FILTER]

function dataset(verb: "check" | "seal", party: "bank" | "bureau", input: string, ...extra: string[]) {
  const name = party === "bank" ? "accounts" : "persons"
  return room.args(party, ["dataset", verb, "--dataset", name, "--input", input, ...extra])
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(room.path(name), content)
  return room.path(name)
}

const daysAgo = (days: number) => `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 19)}Z`
const mode = async (path: string) => (await stat(path)).mode & 0o777

describe("the contract's row filter", () => {
  it("must be given, exactly as it stands, or nothing is sealed", async () => {
    const input = await file("filter.csv", `${HEADER}ada,1,DE\nbob,2,FR\n`)
    for (const verb of ["check", "seal"] as const) {
      for (const where of [[], ["--where", "country = 'DE' OR true"]]) {
        const { stdout, exit } = await runParley([...dataset(verb, "bank", input, ...where), "--json"])
        const { error } = JSON.parse(stdout) as { error: Record<string, unknown> }
        expect(exit).toBe(64)
        expect(error).toMatchObject({ code: "filter-invalid", todo: "Give exactly --where 'country = '\\''DE'\\'''" })
        expect(error.message).toContain(FILTER)
      }
    }
    const sealed = await parleyJson(dataset("seal", "bank", input, ...FILTERED))
    expect(sealed).toMatchObject({ notes: [], rows: 1, version: 1 })
  })

  it("is told to be unseen where the contract names none", async () => {
    const input = await file("unseen.csv", "id,region\nada,east\nbob,west\n")
    const ran = await runParley(dataset("check", "bureau", input, "--where", "region = 'east'"))
    expect(ran.exit).toBe(0)
    expect(ran.stdout).toContain("note: the contract names no row filter: the others do not see")
  })
})

describe("freshness", () => {
  it("is reported by check and held by seal", async () => {
    const input = await file("old.csv", `${HEADER}ada,1,DE\n`)
    const old = [...FILTERED, "--as-of", daysAgo(31)]
    const checked = await parleyJson(dataset("check", "bank", input, ...old))
    expect(String(checked.notes)).toContain("is 31 days old, the contract allows 30")
    expect(await parleyFailure(dataset("seal", "bank", input, ...old))).toMatchObject({
      code: "input-faults",
      exit: 30,
    })
    const future = dataset("seal", "bank", input, ...FILTERED, "--as-of", daysAgo(-365))
    expect(await parleyFailure(future)).toMatchObject({ code: "input-faults", exit: 30 })
    const fresh = await parleyJson(dataset("check", "bank", input, ...FILTERED, "--as-of", daysAgo(29)))
    expect(fresh.notes).toEqual([])
  })
})

describe("drift", () => {
  const lines = (row: (i: number) => string) => Array.from({ length: 20 }, (_, i) => row(i)).join("\n")

  it("tells columns that came, went and changed their type, and more empty cells, of a CSV", async () => {
    const before = await file("before.csv", `id,balance,country,branch,note\n${lines((i) => `p${i},5,DE,${i},x`)}\n`)
    await parleyJson(dataset("seal", "bank", before, ...FILTERED))
    const same = await parleyJson(dataset("check", "bank", before, ...FILTERED))
    expect(same.drift).toEqual([])
    const after = await file(
      "after.csv",
      `id,balance,country,branch,city\n${lines((i) => `p${i},${i % 2 ? 5 : ""},DE,b${i},x`)}\n`,
    )
    const checked = await parleyJson(dataset("check", "bank", after, ...FILTERED))
    expect(checked.drift).toEqual([
      "column city is new",
      "column note is gone",
      "column branch was BIGINT and is VARCHAR",
      "column balance: 50.0 % empty, 0.0 % before",
    ])
  })

  it("tells a Parquet column's other type, also through a pipe, where nothing else differs", async () => {
    const [narrow, wide] = [room.path("narrow.parquet"), room.path("wide.parquet")]
    await parquet(narrow, "INTEGER")
    await parquet(wide, "BIGINT")
    await parleyJson(dataset("seal", "bank", narrow, ...FILTERED))
    const piped = pipe(dataset("check", "bank", "-", ...FILTERED), await readFile(wide))
    expect(piped.drift).toEqual(["column balance was INTEGER and is BIGINT"])
  })
})

async function parquet(path: string, type: string): Promise<void> {
  const engine = await openLocalEngine({ memoryBytes: 64 * 1024 * 1024, spillFolder: null })
  await engine.run(
    `COPY (SELECT 'p' || i AS id, CAST(5 AS ${type}) AS balance, 'DE' AS country FROM range(20) t(i)) TO ${literal(path)} (FORMAT parquet)`,
  )
  engine.closeSync()
}

function pipe(args: readonly string[], input: Uint8Array): Record<string, unknown> {
  const { stdout } = spawnSync(process.execPath, [CLI, ...args, "--json"], { input })
  return JSON.parse(stdout.toString()) as Record<string, unknown>
}

describe("the input", () => {
  it("gzip on standard input is decompressed, and refused when it is cut short", () => {
    const packed = gzipSync(`${HEADER}ada,1,DE\nbob,2,DE\n`)
    expect(pipe(dataset("check", "bank", "-", ...FILTERED), packed)).toMatchObject({ rows: 2 })
    expect(pipe(dataset("check", "bank", "-", ...FILTERED), packed.subarray(0, -9))).toMatchObject({
      error: { code: "input-unreadable", exit: 30 },
    })
  })

  it("too many rows of one identity are named by the row of the file, filtered ones counted", async () => {
    // Ada has three rows that are sealed: the third is row 5 of the file, since the filter leaves row 2 out.
    const input = await file("many.csv", `${HEADER}Ada,1,DE\nada,2,FR\nada ,3,DE\nbob,4,DE\nADA,5,DE\nbob,6,DE\n`)
    const failure = await parleyFailure(dataset("seal", "bank", input, ...FILTERED))
    expect(failure).toMatchObject({ code: "input-faults", exit: 30 })
    expect(failure.message).toBe(
      "column id: 1 rows beyond the 2 that an identity may have. First ones:\n" +
        "  row 5, column id: beyond the 2 that an identity may have",
    )
  })

  it("names twenty of many", async () => {
    const input = await file("crowd.csv", `${HEADER}${"ada,1,DE\n".repeat(100)}`)
    const { message } = await parleyFailure(dataset("check", "bank", input, ...FILTERED))
    expect(message).toContain("98 rows beyond")
    const named = [...message.matchAll(/^ {2}row (\d+),/gm)].map(([, row]) => Number(row))
    expect(named).toEqual(Array.from({ length: 20 }, (_, i) => i + 3))
  })

  it("a log gets one line for each phase, and a script none", async () => {
    const input = await file("log.csv", `${HEADER}ada,1,DE\n`)
    const checked = await runParley(dataset("seal", "bank", input, ...FILTERED))
    expect(checked.stderr).toBe("checking and sorting\nsealing 0 MiB\n")
    expect((await runParley([...dataset("check", "bank", input, ...FILTERED), "--json"])).stderr).toBe("")
  })
})

describe("other users of the machine", () => {
  it("see nothing of a home, which its first command makes", async () => {
    expect(await mode(room.home("bank"))).toBe(0o700)
    expect(await mode(`${room.home("bank")}/keys`)).toBe(0o700)
    expect(await mode(`${room.home("bank")}/party.json`)).toBe(0o600)
  })

  it("see no result, in whatever form and wherever it is written", async () => {
    const people = (row: (i: number) => string) => Array.from({ length: 200 }, (_, i) => row(i)).join("\n")
    const accounts = await file("people.csv", `${HEADER}${people((i) => `p${i},${i + 1},DE`)}\n`)
    const persons = await file("persons.csv", `id,region\n${people((i) => `p${i},${i % 2 ? "east" : "west"}`)}\n`)
    await parleyJson(dataset("seal", "bank", accounts, ...FILTERED))
    await parleyJson(dataset("seal", "bureau", persons))
    await room.startHost()
    const proposal = await room.run("agency", "attribution")
    await room.stopHost()
    await writeFile(room.path("there.parquet"), "", { mode: 0o644 })
    for (const [format, name] of [
      ["csv", "results/out.csv"],
      ["parquet", "results/out.parquet"],
      ["parquet", "there.parquet"],
    ] as const) {
      const out = room.path(name)
      await room.parley("agency", ["result", "open", proposal, "--format", format, "--out", out])
      expect((await stat(out)).size).toBeGreaterThan(20)
      expect(await mode(out)).toBe(0o600)
    }
  })
})

describe("doctor", () => {
  const doctor = (...extra: string[]) => ["doctor", "--home", room.home("bank"), ...extra]

  async function wrong(...extra: string[]): Promise<readonly string[]> {
    const { findings, passed } = (await parleyJson(doctor(...extra), 10)) as {
      findings: { check: string; passed: boolean; todo: string | null }[]
      passed: boolean
    }
    expect(passed).toBe(false)
    const failed = findings.filter((finding) => !finding.passed)
    expect(failed.every(({ todo }) => todo !== null && todo.length > 0)).toBe(true)
    return failed.map(({ check }) => check)
  }

  it("passes a sound machine, home, room and host", async () => {
    const url = await room.startHttp()
    const { findings } = (await parleyJson(doctor("--room", room.room, "--host", url))) as {
      findings: { check: string }[]
    }
    const names = ["node", "duckdb", "tokens", "disk", "home", "keys", "ledger", "contract", "host", "clock"]
    expect(findings.map(({ check }) => check)).toEqual(names)
    await room.stopHost()
    expect(await wrong("--host", url)).toEqual(["host", "clock"])
    const ran = await runParley(doctor())
    expect(ran).toMatchObject({ exit: 0, stderr: "" })
    expect(ran.stdout).toContain("tokens  ok")
  })

  it("tells a clock from which the host would refuse every request", async () => {
    const server = createServer((_request, response) => {
      response.setHeader("date", new Date(Date.now() + 6 * 60_000).toUTCString())
      response.end("{}")
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" ? address?.port : undefined
    expect(await wrong("--host", `http://127.0.0.1:${port}`)).toEqual(["clock"])
    server.close()
  })

  it("tells a home that others can read, a key that is damaged, a ledger that was changed, and no contract", async () => {
    const home = room.home("bank")
    await chmod(home, 0o755)
    await writeFile(`${home}/keys/damaged.json`, "{}", { mode: 0o600 })
    await writeFile(`${home}/ledger.jsonl`, '{"index":7}\n')
    await mkdir(room.path("empty"))
    expect(await wrong("--room", room.path("empty"))).toEqual(["home", "keys", "ledger", "contract"])
    const ran = await runParley(doctor())
    expect(ran.stdout).toContain(`Run \`chmod 0700 ${home}\`.`)
  })
})
