import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import * as z from "zod"
import { parseLoose } from "../../shared/json/canonical.ts"
import { integer } from "../../shared/json/fields.ts"
import { readCapped, writeAtomically } from "../../verifier/cli/files.ts"

const NAME = "status.json"
const MAX_BYTES = 64 * 1024 * 1024

/** What an operator may know of a room. */
const RoomStatus = z.strictObject({
  boots: integer(0, 2 ** 31),
  /** Something is under way in the room. */
  busy: z.boolean(),
  contract: z.string(),
  enclave: z.enum(["none", "pausing", "running"]),
  enclavePid: z.int().nullable(),
  /** Stable code of the last failure, until a run is released. */
  failure: z.string().nullable(),
  failedAt: z.string().nullable(),
  /** Proposals that the enclave did not run, with its own code: they wait for new grants. */
  failedRuns: z.array(z.strictObject({ code: z.string(), proposal: z.string() })),
  grantedToOldBoots: z.array(z.string()),
  /** A run has ended, and the disk does not take what came out. */
  heldResult: z.boolean(),
  inForce: z.boolean(),
  runs: integer(0, 2 ** 31),
  waitingForParts: z.array(z.string()),
})
export type RoomStatus = z.infer<typeof RoomStatus>

const HostState = z.enum(["draining", "serving", "stopping"])
export type HostState = z.infer<typeof HostState>

/** What the running host does. */
const HostStatus = z.strictObject({
  format: z.literal("parley-host/status/v1"),
  pid: integer(1, 2 ** 31),
  /** Null when the host serves a folder and no port. */
  port: integer(1, 65_535).nullable(),
  rooms: z.array(RoomStatus),
  startedAt: z.string(),
  state: HostState,
})
type HostStatus = z.infer<typeof HostStatus>

/** The running host's state as a file in its folder: written when it changes, gone when the host has stopped. */
export class StatusFile {
  readonly #path: string
  readonly #fixed: Omit<HostStatus, "rooms" | "state">
  #written = ""
  #turn: Promise<void> = Promise.resolve()

  constructor(data: string, port: number | null) {
    this.#path = join(data, NAME)
    this.#fixed = { format: "parley-host/status/v1", pid: process.pid, port, startedAt: new Date().toISOString() }
  }

  /** A folder that cannot be written makes the host unready, and does not stop it. */
  publish(rooms: readonly RoomStatus[], state: HostState): Promise<void> {
    const text = `${JSON.stringify({ ...this.#fixed, rooms, state })}\n`
    if (text === this.#written) return this.#turn
    this.#written = text
    this.#turn = this.#turn
      .then(() => writeAtomically(this.#path, text, 0o600))
      .catch(() => {
        this.#written = ""
      })
    return this.#turn
  }

  async remove(): Promise<void> {
    await this.#turn
    await rm(this.#path, { force: true }).catch(() => undefined)
  }
}

/** The running host's state; null when none runs, also when it was killed and its file is still there. */
export async function readStatus(data: string): Promise<HostStatus | null> {
  const bytes = await readCapped(join(data, NAME), MAX_BYTES)
  if (bytes === null) return null
  const status = parseLoose(bytes, HostStatus, MAX_BYTES)
  return (await isHost(status.pid)) ? status : null
}

/** Whether that process is there and a host: a number is given to another process some time after a kill. */
async function isHost(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => null)
  return command === null || command.includes("parley-host")
}
