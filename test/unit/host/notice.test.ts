import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { noticePath } from "../../../shared/http/notice.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { roomFolder, writeAtomically } from "../../../verifier/cli/files.ts"
import { hostWord, hostWordText, type TalkedAbout } from "../../../verifier/cli/runs/host-notice.ts"

const digest = (digit: string) => digit.repeat(64)
const PROPOSAL = digest("a")

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-notice-"))
})

afterEach(() => rm(folder, { force: true, recursive: true }))

const grant = (party: string, name: string, day: number, complete = true) => ({
  complete,
  digest: digest(name),
  grant: { created: `2026-06-0${day}T00:00:00Z`, party },
})
const BOTH = [grant("bank", "1", 1), grant("bureau", "2", 1)]
const run = (grants: TalkedAbout["grants"] = BOTH, state: TalkedAbout["state"] = "granted"): TalkedAbout => ({
  grants,
  proposal: { digest: PROPOSAL },
  state,
})

const notice = (grants: readonly string[], more: object = {}) => ({
  code: "grant-expired",
  format: "parley/run-notice/v1",
  grants: grants.map(digest),
  proposal: PROPOSAL,
  ...more,
})

async function said(content: object | string, about = run()) {
  const bytes = typeof content === "string" ? content : canonicalBytes(content)
  await writeAtomically(join(folder, noticePath(PROPOSAL)), bytes)
  return (await hostWord({ files: roomFolder(folder) }, about))?.code ?? null
}

describe("the host's word about a run", () => {
  it("is shown as unverified, with what to do, when it is about the present grants", async () => {
    expect(await said(notice(["1", "2"]))).toBe("grant-expired")
    const word = await hostWord({ files: roomFolder(folder) }, run())
    expect(word).toMatchObject({ todo: "The grant's time is over. Grant again.", verified: false })
    expect(word === null ? "" : hostWordText(word)).toMatch(/^the host says, and nobody has signed it: .*grant-expired/)
  })

  it("is out of date when a party has granted again", async () => {
    expect(await said(notice(["1", "2"]), run([...BOTH, grant("bank", "3", 2)]))).toBeNull()
    expect(await said(notice(["3", "2"]), run([...BOTH, grant("bank", "3", 2)]))).toBe("grant-expired")
    expect(await said(notice(["1"]))).toBeNull()
    expect(await said(notice(["1", "2"]), run([grant("bank", "1", 1, false), grant("bureau", "2", 1)]))).toBeNull()
  })

  it("counts without grants where the ciphertext alone was refused", async () => {
    expect(await said(notice([]), run([], "proposed"))).toBe("grant-expired")
    expect(await said(notice([]), run(BOTH.slice(1), "proposed"))).toBe("grant-expired")
    expect(await said(notice([]), run(BOTH, "granted"))).toBeNull()
  })

  it("says nothing of a run that is over: a receipt or a signed refusal is stronger", async () => {
    for (const state of ["released", "refused", "cancelled"] as const)
      expect(await said(notice(["1", "2"]), run(BOTH, state))).toBeNull()
  })

  it("is one of the known codes and nothing else: no text of the host's reaches a terminal", async () => {
    expect(await said(notice(["1", "2"], { code: "send-money" }))).toBeNull()
    expect(await said(notice(["1", "2"], { code: "\u001b[2J" }))).toBeNull()
    expect(await said(notice(["1", "2"], { message: "call me" }))).toBeNull()
    expect(await said(notice(["1", "2"], { proposal: digest("b") }))).toBeNull()
    expect(await said("x".repeat(100_000))).toBeNull()
    expect(await said(`${JSON.stringify(notice(["1", "2"]))} `)).toBeNull()
  })
})
