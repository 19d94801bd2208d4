import { mkdir, rm } from "node:fs/promises"
import { parseArgs } from "node:util"
import { connectNsm } from "./nsm/socket.ts"
import { Session } from "./session/session.ts"
import { Timings } from "./session/timings.ts"
import { serve } from "./wire/server.ts"

/** Entry point of the measured image: one boot, one contract. `--work` is a folder in memory. */
const { values } = parseArgs({
  options: {
    listen: { type: "string" },
    nsm: { type: "string" },
    timings: { default: false, type: "boolean" },
    work: { type: "string" },
  },
})
const { listen, nsm: nsmPath, work } = values
if (listen === undefined || nsmPath === undefined || work === undefined) {
  process.stderr.write("usage: enclave --listen SOCKET --nsm SOCKET --work FOLDER [--timings]\n")
  process.exit(64)
}

await rm(work, { force: true, recursive: true })
await mkdir(work, { mode: 0o700, recursive: true })

/** Ends the boot. Keys die with the process; plaintext with the folder. */
async function end(exit: number): Promise<never> {
  await rm(work ?? "", { force: true, recursive: true })
  process.exit(exit)
}

const report = (phase: string, milliseconds: number) =>
  process.stderr.write(`${JSON.stringify({ milliseconds: Math.round(milliseconds), phase })}\n`)
// A boot without its security module has no clock and no evidence.
const nsm = await connectNsm(nsmPath, () => void end(1))
const session = new Session({ nsm, timings: new Timings(values.timings ? report : null), work })
await serve(listen, session, () => void end(0))
process.on("SIGTERM", () => void end(0))
