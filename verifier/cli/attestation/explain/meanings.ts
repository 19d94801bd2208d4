/** What a register stands for, and who sets it. */
export interface Meaning {
  readonly meaning: string
  readonly setBy: string
}

const ENCLAVE: Readonly<Record<number, Meaning>> = {
  0: { meaning: "the whole image file", setBy: "the hypervisor, from the image that the operator started" },
  1: { meaning: "kernel and boot ramdisk", setBy: "the hypervisor, from the image" },
  2: { meaning: "application, without the boot ramdisk", setBy: "the hypervisor, from the image" },
  3: { meaning: "IAM role of the parent instance", setBy: "the hypervisor, from the operator's AWS account" },
  4: { meaning: "id of the parent instance", setBy: "the hypervisor" },
  8: { meaning: "certificate that signed the image file", setBy: "the hypervisor, from the image" },
  16: { meaning: "contract, in Parley's enclaves", setBy: "the enclave itself, once, then locked" },
  17: { meaning: "session keys, in Parley's enclaves", setBy: "the enclave itself, once, then locked" },
}

/** Registers of an enclave's document (AWS Nitro Enclaves User Guide, "Where to get an enclave's measurements"). */
export function enclaveMeaning(index: number): Meaning {
  const known = ENCLAVE[index]
  if (known !== undefined) return known
  if (index >= 0 && index < 16) return { meaning: "not assigned", setBy: "nobody; locked from the start" }
  if (index >= 16 && index < 32) return { meaning: "free for the application", setBy: "the enclave itself" }
  return { meaning: "no such register", setBy: "nobody" }
}

const TPM: readonly string[] = [
  "firmware",
  "firmware settings",
  "option ROMs and drivers",
  "settings of those",
  "boot loader or unified kernel image",
  "boot loader's settings, partition table",
  "platform specifics",
  "Secure Boot policy",
]

/** Registers of a NitroTPM (TCG PC Client Platform Firmware Profile): the same numbers, other meanings. */
export function tpmMeaning(index: number): Meaning {
  const meaning = TPM[index]
  if (meaning !== undefined && index >= 0) return { meaning, setBy: "the firmware of the instance" }
  if (index >= 8 && index < 16)
    return { meaning: "for the operating system", setBy: "the operating system of the instance" }
  if (index === 16 || index === 23)
    return { meaning: "resettable: vouches for nothing", setBy: "anybody on the instance" }
  if (index > 16 && index < 23) return { meaning: "dynamic launch", setBy: "the platform" }
  return { meaning: "no such register", setBy: "nobody" }
}
