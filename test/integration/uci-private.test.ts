import { afterAll, describe, expect, it } from "vitest"
import type { Contract } from "../../shared/contract/contract.ts"
import { Query } from "../../shared/contract/query.ts"
import { CleanRoom } from "../support/clean-room.ts"
import { columnsOf, hasCreditClients, writeClients } from "../support/credit-clients.ts"
import { testDataset } from "../support/datasets.ts"
import { plainDuckDb } from "../support/join-counts.ts"

const OWNERS = ["bank", "bureau"]
const MOST = 500_000
const RHO = "0.1"
/** Education 0 to 6, marriage 0 to 3, default 0 and 1: all that is declared, whether or not anybody is like that. */
const GROUPS = 7 * 4 * 2
/** RHO in equal parts for two numbers: sigma^2 = bound^2 / (2 * 0.05), so sigma is sqrt(10) times the bound. */
const SIGMA = Math.sqrt(10)
/** No run in 10^9 has noise beyond this many sigmas in any of its numbers. */
const SIGMAS = 7

const SQL = `SELECT bureau.education, bureau.marriage, bank.default_next, count(DISTINCT bank.id) AS people,
  sum(bank.limit_bal) AS limits
FROM bank JOIN bureau ON bank.id = bureau.id
GROUP BY bureau.education, bureau.marriage, bank.default_next`

function privately(contract: Contract): void {
  contract.release = { delaySeconds: 40, mode: "differential-privacy" }
  for (const { rule } of contract.datasets) rule.privacyBudget = { delta: "0.000001", epsilon: "6" }
  contract.queries = [
    Query.parse({
      maxGroups: GROUPS,
      meaning: "limits by education, marriage and default, with noise",
      name: "limits",
      output: [
        { column: "education", dataset: "bureau", kind: "dimension", name: "education" },
        { column: "marriage", dataset: "bureau", kind: "dimension", name: "marriage" },
        { column: "default_next", dataset: "bank", kind: "dimension", name: "default_next" },
        { kind: "count", name: "people" },
        { kind: "sum", name: "limits", reads: [{ column: "limit_bal", dataset: "bank" }] },
      ],
      parameters: [],
      privacy: { clamps: [{ column: "limits", max: String(MOST), min: "0" }], groupsPerIdentity: 1, rho: RHO },
      purpose: "outcome-research",
      recipients: ["agency"],
      sql: SQL,
    }),
  ]
}

describe.runIf(hasCreditClients)("30,000 real credit clients under differential privacy", () => {
  let room: CleanRoom

  afterAll(() => room.dispose())

  it("have every declared group released, with noise of the stated size, and the budget booked", async () => {
    room = await CleanRoom.create([...OWNERS, "agency"])
    await writeClients(room, OWNERS)
    await room.agree({
      datasets: OWNERS.map((owner) => testDataset(owner, owner, columnsOf(owner, OWNERS))),
      edit: privately,
      recipe: "outcome-by-cohort",
      recipients: ["agency"],
    })
    await room.startHost()
    for (const owner of OWNERS) {
      await room.parley(owner, ["dataset", "seal", "--dataset", owner, "--input", room.path(`${owner}.csv`)])
    }
    const opened = await room.parley("agency", ["result", "open", await room.run("agency", "limits")])
    const rows = opened.rows as readonly (readonly string[])[]
    const truth = await clampedTruth(room)
    expect(rows.length).toBe(GROUPS)
    let noisy = 0
    for (const row of rows) {
      const [people = 0, limits = 0] = truth.get(row.slice(0, 3).join()) ?? []
      expect(Math.abs(Number(row[3]) - people)).toBeLessThan(SIGMAS * SIGMA)
      expect(Math.abs(Number(row[4]) - limits)).toBeLessThan(SIGMAS * SIGMA * MOST)
      if (Number(row[3]) !== people) noisy++
    }
    // One in eight counts is right by chance.
    expect(noisy).toBeGreaterThan(GROUPS / 2)
    const { datasets } = await room.parley("bank", ["budget", "show"])
    expect(datasets).toMatchObject([{ charges: 1, dataset: "bank", spentRho: RHO }])
    // Whatever the data are: withholding would tell of people without noise.
    expect(opened.withheldGroups).toBe("0")
  }, 400_000)
})

/** By group, how many people there are and their limits, each at most MOST, in plain DuckDB. */
async function clampedTruth(room: CleanRoom): Promise<ReadonlyMap<string, readonly number[]>> {
  const [bank, bureau] = OWNERS.map((owner) => `read_csv('${room.path(`${owner}.plain.csv`)}') AS ${owner}`)
  const rows = await plainDuckDb(`SELECT education, marriage, default_next, count(DISTINCT bank.id),
    sum(least(limit_bal, ${MOST})) FROM ${bank} JOIN ${bureau} ON bank.id = bureau.id GROUP BY ALL`)
  const numbers = rows.map((row) => row.map(Number))
  return new Map(
    numbers.map(([education, marriage, defaulted, ...values]) => [[education, marriage, defaulted].join(), values]),
  )
}
