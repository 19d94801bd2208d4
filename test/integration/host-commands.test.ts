import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { runProgram } from "../support/parley.ts"

const COMMANDS = ["init", "admit", "start", "status", "drain", "backup", "restore", "purge"]

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-commands-"))
})

afterAll(() => rm(folder, { force: true, recursive: true }))

const run = (...args: readonly string[]) => runProgram("host/parley-host.ts", args)

describe("every command of parley-host", () => {
  for (const command of COMMANDS) {
    it(`${command} says how to use it, with an example, and needs --data`, async () => {
      const help = await run(command, "--help")
      expect(help.exit).toBe(0)
      expect(help.stdout).toMatch(new RegExp(`Examples?:\n {2}parley-host ${command} `))
      expect((await run(command, "x")).exit).toBe(64)
    })
  }

  it("is listed by --help, and no other", async () => {
    const { stdout } = await run("--help")
    const listed = [...stdout.matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name)
    expect(listed.sort()).toEqual([...COMMANDS].sort())
  })
})

describe("a folder that is no operator's", () => {
  it("is not backed up, purged or restored from, and nothing is left behind", async () => {
    const data = join(folder, "none")
    for (const args of [
      ["backup", join(folder, "target"), "--data", data],
      ["purge", "--data", data, "--yes"],
      ["restore", join(folder, "backup"), "--data", data],
    ]) {
      const { exit, stdout } = await run(...args, "--json")
      expect({ code: JSON.parse(stdout).error?.code, exit }).toEqual({ code: "file-missing", exit: 74 })
    }
    expect(await readdir(folder)).toEqual([])
  })
})
