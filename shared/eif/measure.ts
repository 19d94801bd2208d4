import { concat, toHex } from "../bytes.ts"
import { readSections, type Section } from "./sections.ts"

/** A running SHA-384; a parameter, since an image has a hundred megabytes and each runtime a fast one of its own. */
export interface Sha384 {
  update(bytes: Uint8Array): unknown
  digest(): Uint8Array
}

/** What the security module will report for an image, SHA-384 in hex. */
export interface Measurements {
  /** Kernel, command line and all ramdisks. */
  readonly pcr0: string
  /** Kernel, command line and the first ramdisk. */
  readonly pcr1: string
  /** The other ramdisks. */
  readonly pcr2: string
}

export interface MeasuredImage extends Measurements {
  /** A signed image also has PCR8, of its signing certificate. */
  readonly signed: boolean
  readonly sections: readonly { readonly kind: Section["kind"]; readonly bytes: number }[]
}

/** Measures an image as the hypervisor does when it boots it (QEMU-compatible: `hw/core/eif.c`). Throws `image-malformed`. */
export function measureImage(image: Uint8Array, sha384: () => Sha384): MeasuredImage {
  const sections = readSections(image)
  const boot = sections.filter(({ kind }) => kind === "kernel" || kind === "cmdline")
  const [first, ...others] = sections.filter(({ kind }) => kind === "ramdisk")
  const bootstrap = new Set(first === undefined ? boot : [...boot, first])
  const measured = new Set([...bootstrap, ...others])
  const register = (chosen: (section: Section) => boolean) => {
    const hash = sha384()
    for (const section of sections) if (chosen(section)) hash.update(section.content)
    return extend(hash.digest(), sha384)
  }
  return {
    pcr0: register((section) => measured.has(section)),
    pcr1: register((section) => bootstrap.has(section)),
    pcr2: register((section) => measured.has(section) && !bootstrap.has(section)),
    sections: sections.map(({ content, kind }) => ({ bytes: content.length, kind })),
    signed: sections.some(({ kind }) => kind === "signature"),
  }
}

/** A register starts as 48 zero bytes and is extended once. */
function extend(digest: Uint8Array, sha384: () => Sha384): string {
  const hash = sha384()
  hash.update(concat(new Uint8Array(48), digest))
  return toHex(hash.digest())
}
