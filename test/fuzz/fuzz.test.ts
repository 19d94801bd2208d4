import { describe, expect, it } from "vitest"
import { faultOf } from "./attestation/oracle.ts"
import { BEHIND_SIGNATURE, corpus } from "./attestation/target.ts"
import { fuzz } from "./loop.ts"
import { TARGETS } from "./targets.ts"
import { Totals } from "./totals.ts"

/** The same inputs every time, unless another seed is given; `npm run fuzz` tries others for longer. */
const SEED = Number(process.env.PARLEY_FUZZ_SEED ?? 1)
const MILLISECONDS = 60_000
/** Fewest inputs of a target, whatever the machine is busy with. */
const MIN_INPUTS = 400
const MIN_BEHIND_SIGNATURE = 60

describe(`mutants, seed ${SEED}`, () => {
  it("start from documents that are accepted", async () => {
    const bases = corpus()
    for (const base of bases) {
      expect(faultOf(base, base.bytes, await base.verify(base.bytes, {})), base.name).toBeNull()
    }
    expect(bases.length).toBeGreaterThanOrEqual(2)
    process.stdout.write(`fuzz: ${bases.length} documents to start from\n`)
  })

  for (const { share, target } of TARGETS) {
    it(`finds nothing wrong with ${target.name}`, async () => {
      const totals = new Totals()
      const started = Date.now()
      const enough = () =>
        totals.inputs >= MIN_INPUTS &&
        (target.name !== "attestation" || totals.at(...BEHIND_SIGNATURE) >= MIN_BEHIND_SIGNATURE)
      const failure = await fuzz(target, SEED, totals, () => Date.now() < started + share * MILLISECONDS || !enough())
      const perMinute = Math.round((totals.inputs * 60_000) / (Date.now() - started))
      process.stdout.write(`fuzz ${target.name}: ${perMinute} inputs a minute, seed ${SEED}\n${totals}\n`)
      expect(
        failure === null ? null : { ...failure, input: Buffer.from(failure.input.bytes).toString("base64") },
      ).toBeNull()
      expect(totals.inputs).toBeGreaterThanOrEqual(MIN_INPUTS)
      if (target.name !== "attestation") return
      expect(totals.at(...BEHIND_SIGNATURE)).toBeGreaterThanOrEqual(MIN_BEHIND_SIGNATURE)
      expect(totals.byMutation.size).toBeGreaterThanOrEqual(60)
    })
  }
})
