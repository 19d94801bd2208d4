import { concat, utf8 } from "../../shared/bytes.ts"
import { Crc32 } from "../../shared/eif/crc32.ts"

const TYPES = { cmdline: 2, kernel: 1, metadata: 5, ramdisk: 3, signature: 4, unknown: 9 } as const

export interface ImageParts {
  readonly sections: readonly (readonly [keyof typeof TYPES, Uint8Array])[]
  /** What the header says otherwise than it should; applied before the CRC. */
  readonly header?: (header: DataView) => void
  /** Bytes of the whole after the CRC was set. */
  readonly wrap?: (image: Uint8Array) => Uint8Array
  /** Put before every section. */
  readonly gap?: number
}

export const GOOD_SECTIONS: ImageParts["sections"] = [
  ["kernel", utf8("kernel")],
  ["cmdline", utf8("reboot=k")],
  ["metadata", utf8("{}")],
  ["ramdisk", utf8("init")],
  ["ramdisk", utf8("application")],
]

/** An enclave image of tiny sections, written by the format's description and not by what reads it. */
export function imageOf({ gap = 0, header, sections, wrap }: ImageParts): Uint8Array {
  const head = new DataView(new ArrayBuffer(548))
  head.setUint32(0, 0x2e656966)
  head.setUint16(4, 4)
  head.setUint16(26, sections.length)
  let at = 548
  const bodies = sections.map(([kind, content], index) => {
    const body = new Uint8Array(gap + 12 + content.length)
    const view = new DataView(body.buffer)
    view.setUint16(gap, TYPES[kind])
    view.setBigUint64(gap + 4, BigInt(content.length))
    body.set(content, gap + 12)
    if (index < 32) {
      head.setBigUint64(28 + 8 * index, BigInt(at + gap))
      head.setBigUint64(284 + 8 * index, BigInt(content.length))
    }
    at += body.length
    return body
  })
  header?.(head)
  const crc = new Crc32()
  crc.update(new Uint8Array(head.buffer, 0, 544))
  for (const body of bodies) crc.update(body)
  head.setUint32(544, crc.value)
  const image = concat(new Uint8Array(head.buffer), ...bodies)
  return wrap === undefined ? image : wrap(image)
}
