import { readdirSync, readFileSync, statSync } from "node:fs"
import { afterAll, describe, expect, it } from "vitest"
import { hasShared, sharedPath } from "../support/shared-folder.ts"
import { REGISTRY } from "./registry.ts"
import { Tally } from "./tally.ts"

const available = hasShared("evidence/conformance") && hasShared("evidence/nitro")

function filesIn(folder: string): readonly string[] {
  return readdirSync(sharedPath(`evidence/${folder}`), { recursive: true })
    .map((name) => `${folder}/${String(name)}`)
    .filter((name) => statSync(sharedPath(`evidence/${name}`)).isFile())
}

describe.runIf(available)("evidence from outside", () => {
  let ran = 0
  const aside = new Map<string, number>()

  it("names every file in the registry, once, and none that is not there", () => {
    const there = [...filesIn("conformance"), ...filesIn("nitro")]
    expect(REGISTRY.map(({ file }) => file).toSorted()).toEqual(there.toSorted())
    expect(there.length).toBe(95)
  })

  for (const row of REGISTRY) {
    it(`${row.file}: ${row.ran} run`, async () => {
      const tally = new Tally()
      await row.judge(readFileSync(sharedPath(`evidence/${row.file}`)), tally, row.file)
      expect({ aside: tally.aside, ran: tally.ran }).toEqual({ aside: row.aside, ran: row.ran })
      ran += tally.ran
      for (const [reason, vectors] of Object.entries(tally.aside)) aside.set(reason, (aside.get(reason) ?? 0) + vectors)
    })
  }

  afterAll(() => {
    const lines = [...aside].map(([reason, vectors]) => `  ${vectors} not applicable: ${reason}`)
    process.stdout.write(
      `${[`evidence from outside: ${REGISTRY.length} files, ${ran} vectors run`, ...lines].join("\n")}\n`,
    )
  })
})
