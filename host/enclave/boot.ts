import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { ParleyError } from "../../shared/errors/index.ts"
import { simulatedMeasurements } from "../../verifier/cli/image/simulated.ts"
import type { Log } from "../log/log.ts"
import { EnclaveClient } from "./client.ts"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))
const START_MS = 20_000
const POLL_MS = 50

/** One SIMULATED boot: a software security module and an enclave, each a process of its own. */
export interface EnclaveBoot {
  readonly client: EnclaveClient
  /** Socket on which the enclave listens. */
  readonly path: string
  /** Resolves when the enclave's process has ended. */
  readonly ended: Promise<void>
  stop(): Promise<void>
}

export interface BootOptions {
  /** Folder with the SIMULATED root. */
  readonly root: string
  readonly log: Log
  readonly timings: boolean
}

/** Starts both processes. They end with this one: the module's standard input closes, and the enclave follows it. */
export async function bootEnclave({ log, root, timings }: BootOptions): Promise<EnclaveBoot> {
  const folder = await mkdtemp(join(tmpdir(), "parley-boot-"))
  const [nsmSocket, listen] = [join(folder, "nsm.sock"), join(folder, "enclave.sock")]
  const { pcr0, pcr1, pcr2 } = await simulatedMeasurements()
  const measured = ["--pcr0", pcr0, "--pcr1", pcr1, "--pcr2", pcr2]
  const nsm = start("attestation-fixtures/software-nsm/main.ts", ["--socket", nsmSocket, "--root", root, ...measured])
  await appears(nsmSocket, nsm)
  const work = join(await memoryFolder(), `parley-work-${process.pid}-${Date.now()}`)
  const enclave = start("enclave/main.ts", [
    "--listen",
    listen,
    "--nsm",
    nsmSocket,
    "--work",
    work,
    ...(timings ? ["--timings"] : []),
  ])
  enclave.stderr?.pipe(process.stderr)
  const ended = new Promise<void>((resolve) => enclave.once("exit", () => resolve()))
  await appears(listen, enclave)
  log.info("enclave-started", { simulated: true })
  const stop = async () => {
    enclave.kill("SIGTERM")
    nsm.kill("SIGTERM")
    await ended
    await rm(folder, { force: true, recursive: true })
    await rm(work, { force: true, recursive: true })
  }
  void ended.then(() => nsm.kill("SIGTERM"))
  return { client: await EnclaveClient.connect(listen), ended, path: listen, stop }
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(CHECKOUT, program), ...args], { env: {}, stdio: ["pipe", "ignore", "pipe"] })
}

/** A folder in memory where there is one, so that the simulator's plaintext stays off the disk. */
async function memoryFolder(): Promise<string> {
  const shared = await stat("/dev/shm").catch(() => null)
  return shared?.isDirectory() === true ? "/dev/shm" : tmpdir()
}

async function appears(path: string, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + START_MS; Date.now() < end && child.exitCode === null; ) {
    if ((await stat(path).catch(() => null)) !== null) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  child.kill("SIGKILL")
  throw new ParleyError("enclave-unreachable", "the enclave's processes did not start")
}
