import { describe, expect, it } from "vitest"
import { HOURS, numberOption, requireNumber, SEQUENCE, TIMEOUT_SECONDS } from "../../../verifier/cli/number-option.ts"
import { openRoom } from "../../../verifier/cli/room.ts"
import { expectCode } from "../../support/rejects.ts"

describe("numeric options", () => {
  it("take decimal numbers in their range", () => {
    expect(numberOption("--hours", HOURS)("0.5")).toBe(0.5)
    expect(numberOption("--sequence", SEQUENCE)("7")).toBe(7)
    expect(numberOption("--timeout", TIMEOUT_SECONDS)("0")).toBe(0)
  })

  it.each(["abc", "", "0", "-1", "NaN", "Infinity", "0x10", "1e2", "169", " 5", "5h"])(
    "refuse --hours %j",
    async (text) => {
      const { exit, message } = await expectCode("usage", () => numberOption("--hours", HOURS)(text))
      expect(exit).toBe(64)
      expect(message).toBe("--hours takes a number from 0.02 to 168")
    },
  )

  it.each(["1.5", "0", "1000000001", "x"])("refuse --sequence %j", async (text) => {
    await expectCode("usage", () => numberOption("--sequence", SEQUENCE)(text))
  })

  it("refuse what another parser let through", async () => {
    await expectCode("usage", () => requireNumber("--timeout", Number.NaN, TIMEOUT_SECONDS))
  })
})

describe("--host", () => {
  it.each(["not a url", "file:///etc/passwd", "parley.example"])("refuses %j", async (host) => {
    await expectCode("usage", () => openRoom({ host }))
  })

  it("takes an http or https URL", () => {
    expect(openRoom({ host: "https://parley.example" }).host?.origin).toBe("https://parley.example")
  })
})
