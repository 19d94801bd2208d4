import { describe, expect, it } from "vitest"
import { makeRoot } from "../../../attestation-fixtures/software-nsm/chain.ts"
import { SoftwareNsm } from "../../../attestation-fixtures/software-nsm/module.ts"
import type { Nsm } from "../../../enclave/nsm/nsm.ts"
import { bindRegisters } from "../../../enclave/session/bind.ts"
import { SessionClock } from "../../../enclave/session/clock.ts"
import { CONTRACT_PCR, extendedOnce, SESSION_PCR } from "../../../shared/attestation/binding.ts"
import type { NsmRequest } from "../../../shared/attestation/nsm.ts"
import { expectCode } from "../../support/rejects.ts"

const START = new Date("2026-11-24T12:00:00Z")
const contract = new Uint8Array(32).fill(1)
const session = new Uint8Array(32).fill(2)
const register = (byte: number) => new Uint8Array(48).fill(byte)

/** The SIMULATED module behind the enclave's interface, at a time that the test sets. */
function moduleAt(now: () => Date = () => START): Nsm {
  const seed = new Uint8Array(48).fill(5)
  const software = new SoftwareNsm({
    measurements: [register(10), register(11), register(12)],
    moduleId: "i-0123456789abcdef0-enc0123456789abcdef",
    now,
    root: makeRoot(seed, new Date("2026-01-01T00:00:00Z")),
    seed,
  })
  const ask = (request: NsmRequest) => {
    const answer = software.answer(request)
    if (answer.kind === "Error") throw new Error(answer.error)
    return answer
  }
  return {
    attest: async (fields) => {
      const answer = ask({ kind: "Attestation", ...fields })
      return answer.kind === "Attestation" ? answer.document : new Uint8Array()
    },
    describePcr: async (index) => {
      const answer = ask({ index, kind: "DescribePCR" })
      if (answer.kind !== "DescribePCR") throw new Error(answer.kind)
      return { data: answer.data, locked: answer.lock }
    },
    extendPcr: async (index, data) => {
      const answer = ask({ data: new Uint8Array(data), index, kind: "ExtendPCR" })
      return answer.kind === "ExtendPCR" ? answer.data : new Uint8Array()
    },
    lockPcr: async (index) => {
      ask({ index, kind: "LockPCR" })
    },
  }
}

describe("binding the registers", () => {
  it("leaves both extended once and locked", async () => {
    const module = moduleAt()
    await bindRegisters(module, contract, session)
    expect(await module.describePcr(CONTRACT_PCR)).toEqual({ data: extendedOnce(contract), locked: true })
    expect(await module.describePcr(SESSION_PCR)).toEqual({ data: extendedOnce(session), locked: true })
  })

  it("refuses a register that somebody extended before", async () => {
    for (const index of [CONTRACT_PCR, SESSION_PCR]) {
      const module = moduleAt()
      await module.extendPcr(index, contract)
      await expectCode("pcr-not-bound", () => bindRegisters(module, contract, session))
    }
  })

  it("refuses a module that does not lock, or that extends with something else", async () => {
    const open = { ...moduleAt(), lockPcr: async () => undefined }
    await expectCode("pcr-not-bound", () => bindRegisters(open, contract, session))
    const honest = moduleAt()
    const lying = { ...honest, extendPcr: (index: number) => honest.extendPcr(index, session) }
    await expectCode("pcr-not-bound", () => bindRegisters(lying, contract, session))
  })
})

describe("the session's clock", () => {
  it("is the module's, and may stand still but never go back", async () => {
    let now = START
    const clock = new SessionClock(moduleAt(() => now))
    expect(await clock.now()).toEqual(START)
    expect(await clock.now()).toEqual(START)
    now = new Date(START.getTime() + 1)
    expect(await clock.now()).toEqual(now)
    now = START
    await expectCode("clock-backwards", () => clock.now())
  })
})
