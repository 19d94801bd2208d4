import { toHex } from "../../../shared/bytes.ts"
import { askPolicy, PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { register } from "../document.ts"
import { withRegisters, ZEROS } from "../mutate.ts"

const OTHER = register(0x99)
const [pcr0, pcr1, pcr2] = [0x10, 0x11, 0x12].map((byte) => [toHex(register(byte))])
const PCRS = { 0: pcr0 ?? [], 1: pcr1 ?? [], 2: pcr2 ?? [] } as const
/** Debug mode: PCR0, PCR1 or PCR2 zero. PCR4 never is, PCR3 often is not. */
export const DEBUG = area("debug", PRODUCTION, [
  refuse(
    "debug-mode",
    "all-three",
    "A debug document's PCR0, 1 and 2 are zero, and PCR4 is not.",
    "PCR0, PCR1 and PCR2 are zero",
    withRegisters({ 0: ZEROS, 1: ZEROS, 2: ZEROS }),
  ),
  refuse(
    "debug-mode",
    "with-role",
    "A debug enclave with an IAM role has a PCR3.",
    "PCR0, PCR1 and PCR2 are zero, and PCR3 is set",
    withRegisters({ 0: ZEROS, 1: ZEROS, 2: ZEROS, 3: OTHER }),
  ),
  refuse(
    "debug-mode",
    "everything-zero",
    "A document without any measurement is one of debug mode.",
    "all registers from 0 to 15 are zero",
    withRegisters({ 0: ZEROS, 1: ZEROS, 2: ZEROS, 4: ZEROS }),
  ),
  ...[0, 1, 2].map((index) =>
    refuse(
      "debug-mode",
      `pcr${index}-zero`,
      "One zero register of the three is enough.",
      `PCR${index} is zero`,
      withRegisters({ [index]: ZEROS }),
    ),
  ),
])

/** What the document measures, against what the policy allows. */
export const MEASUREMENTS = area("policy", PRODUCTION, [
  ...[0, 1, 2].flatMap((index) => [
    refuse(
      "measurement-mismatch",
      `pcr${index}-other`,
      "Each of PCR0, 1 and 2 is one of its list.",
      `PCR${index} has another value`,
      withRegisters({ [index]: OTHER }),
    ),
    refuse(
      "measurement-mismatch",
      `pcr${index}-absent`,
      "A register that is absent matches nothing.",
      `PCR${index} is absent`,
      withRegisters({ [index]: null }),
    ),
    refuse(
      "measurement-mismatch",
      `pcr${index}-not-allowed`,
      "A list without the document's value refuses it.",
      `the policy allows another PCR${index}`,
      askPolicy({ pcrs: { ...PCRS, [index]: [toHex(OTHER)] } }),
    ),
  ]),
  refuse(
    "measurement-mismatch",
    "pcr0-pcr1-exchanged",
    "A value counts in its own register.",
    "PCR0 and PCR1 are exchanged",
    withRegisters({ 0: register(0x11), 1: register(0x10) }),
  ),
  refuse(
    "measurement-mismatch",
    "pcr0-last-bit",
    "Every bit of a register counts.",
    "the last bit of PCR0 is flipped",
    withRegisters({ 0: Uint8Array.from(register(0x10), (byte, index) => (index === 47 ? byte ^ 1 : byte)) }),
  ),
  refuse(
    "measurement-mismatch",
    "pcr8-pinned",
    "Further registers count where the policy names them.",
    "the policy pins PCR8, which is zero in the document",
    askPolicy({ pcrs: { ...PCRS, 8: [toHex(OTHER)] } }),
  ),
  refuse(
    "measurement-mismatch",
    "pcr31-pinned",
    "A pinned register that is absent matches nothing.",
    "the policy pins PCR31, which the document does not have",
    askPolicy({ pcrs: { ...PCRS, 31: [toHex(OTHER)] } }),
  ),
])
