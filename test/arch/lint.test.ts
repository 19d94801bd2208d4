import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))

/** Lints the file that must fail as if it were in `folder`; returns the complaints by category. */
async function complaints(folder: string): Promise<Readonly<Record<string, number>>> {
  const project = await mkdtemp(join(tmpdir(), "parley-lint-"))
  try {
    await mkdir(join(project, "test/arch"), { recursive: true })
    await mkdir(join(project, folder), { recursive: true })
    await cp(join(CHECKOUT, "biome.json"), join(project, "biome.json"))
    await cp(join(CHECKOUT, "test/arch/no-ambient.grit"), join(project, "test/arch/no-ambient.grit"))
    await cp(join(CHECKOUT, "test/arch/must-fail/ambient.ts"), join(project, folder, "ambient.ts"))
    const report = await lint(project)
    const found = report.diagnostics.map(({ category }) => category)
    return Object.fromEntries(
      [...new Set(found)].map((category) => [category, found.filter((c) => c === category).length]),
    )
  } finally {
    await rm(project, { force: true, recursive: true })
  }
}

function lint(project: string): Promise<{ diagnostics: { category: string }[] }> {
  const biome = join(CHECKOUT, "node_modules/@biomejs/biome/bin/biome")
  return new Promise((resolve) => {
    execFile(process.execPath, [biome, "lint", "--reporter=json", "."], { cwd: project }, (_error, stdout) => {
      resolve(JSON.parse(stdout) as { diagnostics: { category: string }[] })
    })
  })
}

it("refuses clocks, randomness, environment, files, network and other rooms in shared", async () => {
  expect(await complaints("shared")).toEqual({
    "lint/correctness/noNodejsModules": 1,
    "lint/style/noRestrictedGlobals": 2,
    "lint/style/noRestrictedImports": 1,
    plugin: 4,
  })
})

it("refuses them in the verifier library", async () => {
  expect(await complaints("verifier/attestation")).toEqual({
    "lint/correctness/noNodejsModules": 1,
    "lint/style/noRestrictedGlobals": 2,
    plugin: 4,
  })
})
