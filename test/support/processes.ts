import { execFile } from "node:child_process"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"

/** Pids below a process whose command line names a program. Linux only. */
export async function processesBelow(root: number, program: string): Promise<readonly number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-eo", "pid=,ppid=,args="])
  const rows = stdout
    .trim()
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [])
    .map(([, pid, parent, args = ""]) => ({ args, parent: Number(parent), pid: Number(pid) }))
  const parents = new Map(rows.map(({ parent, pid }) => [pid, parent]))
  const below = (pid: number): boolean =>
    parents.get(pid) === root || (parents.has(pid) && below(parents.get(pid) ?? 0))
  return rows.filter(({ args, pid }) => args.includes(program) && below(pid)).map(({ pid }) => pid)
}

/** Waits for a process of that name to appear below another one. */
export async function appears(root: number, program: string): Promise<number> {
  for (let turn = 0; turn < 600; turn++) {
    const [pid] = await processesBelow(root, program)
    if (pid !== undefined) return pid
    await sleep(20)
  }
  throw new Error(`no ${program} below ${root}`)
}
