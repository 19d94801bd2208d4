import { equalBytes } from "../../../../../shared/bytes.ts"
import { instanceOf } from "../kind.ts"
import { fieldOf } from "../reading.ts"
import { measuredInstance, valuesOf } from "../registers.ts"
import type { Subject } from "../subject.ts"
import type { Oddity } from "./index.ts"

/** What the registers tell; a NitroTPM's mean something else and are left alone but for their shape. */
export const REGISTER_ODDITIES: Readonly<Record<string, Oddity>> = {
  "debug-mode": (subject) =>
    zeros(subject).length === 3
      ? "PCR0, PCR1 and PCR2 are zero: the enclave was started in debug mode, and its operator can read its console."
      : null,
  "partly-zero": (subject) => {
    const zero = zeros(subject)
    return zero.length === 0 || zero.length === 3
      ? null
      : `PCR${zero.join(" and PCR")} ${zero.length === 1 ? "is" : "are"} zero and the others are not. Debug mode zeroes all three; \`verify\` refuses this too.`
  },
  "image-not-signed": (subject) =>
    enclave(subject) && isZero(subject, 8) ? "PCR8 is zero: the image is not signed. That is common." : null,
  "instance-mismatch": (subject) => {
    const instance = instanceOf(subject.reading)
    const value = valuesOf(subject.reading).get(4)
    return !enclave(subject) ||
      instance === null ||
      value === undefined ||
      equalBytes(value, measuredInstance(instance))
      ? null
      : `PCR4 is not the measurement of ${instance}, which module_id names as the parent instance.`
  },
  "register-count": (subject) => {
    const count = valuesOf(subject.reading).size
    const usual = subject.kind === "nitrotpm" ? 24 : 16
    const extended = subject.kind !== "nitrotpm" && count > usual && zerosBeyond(subject) === 0
    return count === 0 || count === usual || extended || subject.reading.ends !== null
      ? null
      : `It shows ${count} registers; genuine documents show ${usual}, and those beyond that were extended.`
  },
  "register-shape": (subject) => {
    const item = fieldOf(subject.reading, subject.kind === "nitrotpm" ? "nitrotpm_pcrs" : "pcrs")
    const entries = item?.kind === "map" ? item.entries : []
    const odd = entries.filter(
      ([key, value]) => key.kind !== "integer" || value?.kind !== "bytes" || value.bytes.length !== 48,
    )
    return odd.length === 0 || subject.reading.ends !== null
      ? null
      : `${odd.length} registers are not 48 bytes under a number.`
  },
}

function enclave({ kind }: Subject): boolean {
  return kind === "nitro-enclave"
}

function isZero({ reading }: Subject, index: number): boolean {
  return (
    valuesOf(reading)
      .get(index)
      ?.every((byte) => byte === 0) === true
  )
}

function zeros(subject: Subject): readonly number[] {
  return enclave(subject) ? [0, 1, 2].filter((index) => isZero(subject, index)) : []
}

function zerosBeyond(subject: Subject): number {
  return [...valuesOf(subject.reading).keys()].filter((index) => index >= 16 && isZero(subject, index)).length
}
