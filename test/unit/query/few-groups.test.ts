import { beforeAll, describe, expect, it } from "vitest"
import { MOST_GROUPS } from "../../../shared/query/plan.ts"
import { count, dimension, QueryBench, type QueryCase } from "../../support/query-contract.ts"
import { expectCode } from "../../support/rejects.ts"

let bench: QueryBench

beforeAll(async () => {
  bench = await QueryBench.open()
})

const byPlacement = (most: number): QueryCase => ({
  edit: (draft) => {
    for (const column of draft.datasets.flatMap(({ columns }) => columns)) {
      if (column.name === "placement" && column.type === "integer") column.range = { max: most, min: 1, step: 1 }
    }
  },
  output: [dimension("placement", "ads.placement"), count("people")],
  sql: "SELECT placement, count(DISTINCT id) AS people FROM ads GROUP BY placement",
})

describe("dimensions", () => {
  // An error for more groups than the gate reads would depend on how many the rows have.
  it("have at most as many groups as the gate reads, by their declared values", async () => {
    const plan = await bench.judge(byPlacement(MOST_GROUPS))
    expect(plan.outputs.length).toBe(2)
    const { message } = await expectCode("query-range", () => bench.judge(byPlacement(MOST_GROUPS + 1)))
    expect(message).toContain("200001 groups")
  })
})
