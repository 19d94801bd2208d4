import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Clock } from "./clock.ts"
import { fuzz, judge } from "./loop.ts"
import { keep, kept } from "./replay.ts"
import { TARGETS } from "./targets.ts"
import { Totals } from "./totals.ts"

const USAGE = `usage: npm run fuzz -- [--minutes N] [--seed N] [--target NAME] [--out DIR]
       npm run fuzz -- --replay FILE

Tries mutants for N minutes (60 unless told) and stops at the first input for which an invariant does not hold; that one is
written to DIR. The same seed tries the same inputs in the same order. Targets: ${TARGETS.map(({ target }) => target.name).join(", ")}.
`
const { values } = parseArgs({
  options: {
    help: { default: false, type: "boolean" },
    minutes: { default: "60", type: "string" },
    out: { default: join(tmpdir(), "parley-fuzz"), type: "string" },
    replay: { type: "string" },
    seed: { type: "string" },
    target: { type: "string" },
  },
})
const minutes = Number(values.minutes)
const seed = values.seed === undefined ? Date.now() % 2 ** 32 : Number(values.seed)
const chosen = TARGETS.filter(({ target }) => values.target === undefined || target.name === values.target)
if (values.help || !(minutes > 0) || !Number.isSafeInteger(seed) || chosen.length === 0) {
  process.stdout.write(USAGE)
  process.exit(values.help ? 0 : 64)
}
process.exitCode = values.replay === undefined ? await run() : await replay(values.replay)

async function run(): Promise<number> {
  const whole = chosen.reduce((sum, { share }) => sum + share, 0)
  process.stdout.write(`seed ${seed}, ${minutes} minutes\n`)
  for (const { share, target } of chosen) {
    const totals = new Totals()
    const clock = new Clock(target.name, (minutes * 60_000 * share) / whole, totals)
    const failure = await fuzz(target, seed, totals, () => clock.more())
    process.stdout.write(`${target.name}: ${clock.perMinute()} inputs a minute\n${totals}\n`)
    if (failure !== null) {
      const command = await keep(values.out, failure)
      process.stdout.write(`${target.name}: FAILED at input ${failure.index}: ${failure.reason}\n  ${command}\n`)
      return 1
    }
  }
  process.stdout.write("every invariant held\n")
  return 0
}

async function replay(path: string): Promise<number> {
  const { input, target: name } = await kept(path)
  const found = TARGETS.find(({ target }) => target.name === name)
  const reason = found === undefined ? `no target ${name}` : await judge(found.target, input, new Totals())
  process.stdout.write(reason === null ? "every invariant holds for it\n" : `it fails: ${reason}\n`)
  return reason === null ? 0 : 1
}
