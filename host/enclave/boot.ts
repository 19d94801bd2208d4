import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { createInterface } from "node:readline"
import type { Readable, Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import { ParleyError } from "../../shared/errors/index.ts"
import { simulatedMeasurements } from "../../verifier/cli/image/simulated.ts"
import type { Log } from "../log/log.ts"
import { EnclaveClient } from "./client.ts"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))
const START_MS = 20_000
const END_MS = 10_000
const POLL_MS = 50

/** One SIMULATED boot: a software security module and an enclave, each a process of its own. */
export interface EnclaveBoot {
  readonly client: EnclaveClient
  /** A second connection for ciphertext and runs: both take long, and a nonce does not wait for them. */
  readonly runs: EnclaveClient
  /** Process id of the enclave. */
  readonly pid: number
  /** Socket on which the enclave listens. */
  readonly path: string
  /** Resolves when the enclave's process has ended and its folders are gone. */
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
  const folder = await mkdtemp(join(tmpdir(), `parley-boot-${process.pid}-`))
  const work = join(await memoryFolder(), basename(folder).replace("boot", "work"))
  const [nsmSocket, listen] = [join(folder, "nsm.sock"), join(folder, "enclave.sock")]
  const children: ChildProcess[] = []
  const clean = async () => {
    for (const child of children) child.kill("SIGKILL")
    await rm(folder, { force: true, recursive: true })
    await rm(work, { force: true, recursive: true })
  }
  try {
    const nsm = await startModule(nsmSocket, root)
    children.push(nsm)
    await appears(nsmSocket, nsm)
    const args = ["--listen", listen, "--nsm", nsmSocket, "--work", work, ...(timings ? ["--timings"] : [])]
    const enclave = start("enclave/main.ts", args)
    children.push(enclave)
    relayTimings(enclave.stderr, timings, process.stderr)
    const ended = new Promise<void>((resolve) => enclave.once("exit", () => resolve())).then(clean)
    await appears(listen, enclave)
    const [client, runs] = [await EnclaveClient.connect(listen), await EnclaveClient.connect(listen)]
    // An enclave that nobody can talk to any more is of no use, whatever it is still doing.
    // A run's last answer may still be on its way on the other connection.
    void client.closed.then(() => runs.idle).then(() => end(enclave, ended))
    void runs.closed.then(() => end(enclave, ended))
    log.info("enclave-started", { simulated: true })
    return { client, ended, path: listen, pid: enclave.pid ?? 0, runs, stop: () => end(enclave, ended) }
  } catch (cause) {
    await clean()
    throw cause
  }
}

async function startModule(socket: string, root: string): Promise<ChildProcess> {
  const { pcr0, pcr1, pcr2 } = await simulatedMeasurements()
  const measured = ["--pcr0", pcr0, "--pcr1", pcr1, "--pcr2", pcr2]
  const nsm = start("attestation-fixtures/software-nsm/main.ts", ["--socket", socket, "--root", root, ...measured])
  nsm.stderr?.resume()
  return nsm
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(CHECKOUT, program), ...args], { env: {}, stdio: ["pipe", "ignore", "pipe"] })
}

/**
 * Of what an enclave writes only timings come through, and only when they were asked for: an enclave that reads hostile
 * data could else write into the operator's log what it likes.
 */
export function relayTimings(said: Readable | null, timings: boolean, out: Writable): void {
  if (said === null) return
  if (!timings) {
    said.resume()
    return
  }
  createInterface({ input: said }).on("line", (line) => {
    if (/^\{"milliseconds":\d{1,12},"phase":"\w{1,20}"\}$/.test(line)) out.write(`${line}\n`)
  })
}

/** Asks first, so that the enclave can wipe; one that hangs is killed. */
async function end(enclave: ChildProcess, ended: Promise<void>): Promise<void> {
  enclave.kill("SIGTERM")
  const timer = setTimeout(() => enclave.kill("SIGKILL"), END_MS)
  await ended
  clearTimeout(timer)
}

/** A folder in memory where there is one, so that the simulator's plaintext stays off the disk. */
export async function memoryFolder(): Promise<string> {
  const shared = await stat("/dev/shm").catch(() => null)
  return shared?.isDirectory() === true ? "/dev/shm" : tmpdir()
}

async function appears(path: string, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline && child.exitCode === null; ) {
    if ((await stat(path).catch(() => null)) !== null) return
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
  throw new ParleyError("enclave-unreachable", "the enclave's processes did not start")
}
