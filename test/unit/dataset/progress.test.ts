import { describe, expect, it } from "vitest"
import { terminalProgress } from "../../../verifier/cli/progress.ts"

function stream(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, text: () => written.join(""), write: (text: string) => written.push(text) }
}

const slow = () => new Promise<number>((resolve) => setTimeout(() => resolve(7), 600))

describe("progress", () => {
  it("runs a clock beside a phase on a terminal, and stops it, also when the work fails", async () => {
    const terminal = stream(true)
    const progress = terminalProgress(false, terminal)
    expect(await progress.phase("sorting", slow)).toBe(7)
    const shown = terminal.text()
    expect(shown.split("\r").length).toBeGreaterThanOrEqual(4)
    expect(shown).toMatch(/^\rsorting \| 0 s /)
    expect(shown).toMatch(/\rsorting \d s +\n$/)
    await expect(progress.phase("checking", () => Promise.reject(new Error("no")))).rejects.toThrow("no")
    const ended = terminal.text()
    await slow()
    expect(terminal.text()).toBe(ended)
  })

  it("tells the share where it is known, and makes none up", async () => {
    const terminal = stream(true)
    let percent = -1
    const work = () => slow().finally(() => (percent = -1))
    const phase = terminalProgress(false, terminal).phase("checking", work, () => percent)
    percent = 41.9
    await phase
    expect(terminal.text()).toMatch(/^\rchecking \| 0 s /)
    expect(terminal.text()).toContain("checking / 41 % 0 s")
  })

  it("writes one line for a phase into a log, and nothing for a script", async () => {
    const log = stream(false)
    await terminalProgress(false, log).phase("checking", slow)
    expect(log.text()).toBe("checking\n")
    const script = stream(true)
    await terminalProgress(true, script).phase("checking", slow)
    expect(script.text()).toBe("")
  })
})
