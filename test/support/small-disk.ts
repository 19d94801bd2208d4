import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { cp, rm, statfs, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))
const BLOCK = 4096

/** Why a disk of a few megabytes cannot be made here, or null when it can. */
export function noSmallDisk(): string | null {
  const mounted = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", "/mnt"])
  return mounted.status === 0 ? null : `unshare -rm with a tmpfs: ${mounted.stderr?.toString().trim() || mounted.error}`
}

/** A host whose folder is a real file system of so many megabytes, in a mount namespace of its own. */
export class SmallDiskHost {
  readonly url: string
  readonly #process: ChildProcess
  readonly #data: string
  #log = ""

  private constructor(process: ChildProcess, data: string, url: string) {
    this.#process = process
    this.#data = data
    this.url = url
    process.stderr?.on("data", (chunk: Buffer) => (this.#log += chunk.toString()))
  }

  static async start(data: string, megabytes: number): Promise<SmallDiskHost> {
    const seed = `${data}.seed`
    await cp(data, seed, { recursive: true })
    const script = 'mount -t tmpfs -o "size=$3m,mode=700" tmpfs "$1" && cp -a "$2/." "$1/" && shift 3 && exec "$@"'
    const start = [process.execPath, "host/parley-host.ts", "start", "--data", data, "--port", "0"]
    const args = ["-rm", "sh", "-c", script, "sh", data, seed, String(megabytes), ...start]
    const host = spawn("unshare", args, { cwd: CHECKOUT, stdio: ["ignore", "pipe", "pipe"] })
    const line = await new Promise<string>((resolve, reject) => {
      host.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString()))
      host.once("exit", (code) => reject(new Error(`the host ended with ${code}`)))
    })
    return new SmallDiskHost(host, data, `http://127.0.0.1:${/port (\d+)/.exec(line)?.[1]}`)
  }

  /** A path of the host's folder as it is inside of its namespace. */
  path(...parts: readonly string[]): string {
    return join(`/proc/${this.#process.pid}/root`, this.#data, ...parts)
  }

  get log(): string {
    return this.#log
  }

  /** Fills the disk until so many blocks are free. */
  async fill(blocks: number): Promise<void> {
    await this.empty()
    const { bavail, bsize } = await statfs(this.path())
    await writeFile(this.path("ballast"), new Uint8Array(bavail * bsize - blocks * BLOCK))
  }

  async empty(): Promise<void> {
    await rm(this.path("ballast"), { force: true })
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve))
    if (this.#process.exitCode === null && this.#process.kill("SIGKILL")) await ended
    // Its enclaves end with it.
    await sleep(100)
  }
}
