import { createHash } from "node:crypto"
import { describe, expect, it } from "vitest"
import { concat, utf8 } from "../../../shared/bytes.ts"
import { Crc32 } from "../../../shared/eif/crc32.ts"
import { measureImage } from "../../../shared/eif/measure.ts"
import { GOOD_SECTIONS, type ImageParts, imageOf } from "../../support/image.ts"
import { expectCode } from "../../support/rejects.ts"

const sha384 = () => createHash("sha384")
const register = (...parts: string[]) =>
  sha384()
    .update(concat(new Uint8Array(48), sha384().update(parts.join("")).digest()))
    .digest("hex")

describe("measureImage", () => {
  it("measures kernel, command line and ramdisks, and not the metadata", () => {
    const { sections, ...measured } = measureImage(imageOf({ sections: GOOD_SECTIONS }), sha384)
    expect(measured).toEqual({
      pcr0: register("kernel", "reboot=k", "init", "application"),
      pcr1: register("kernel", "reboot=k", "init"),
      pcr2: register("application"),
      signed: false,
    })
    expect(sections.map(({ kind }) => kind)).toEqual(["kernel", "cmdline", "metadata", "ramdisk", "ramdisk"])
  })

  it("gives the register that AWS's tools give where there is no second ramdisk", () => {
    const { pcr2 } = measureImage(imageOf({ sections: GOOD_SECTIONS.slice(0, 4) }), sha384)
    expect(pcr2).toBe(
      "21b9efbc184807662e966d34f390821309eeac6802309798826296bf3e8bec7c10edb30948c90ba67310f7b964fc500a",
    )
  })

  it("says that an image is signed", () => {
    const sections = [...GOOD_SECTIONS, ["signature", utf8("x")] as const]
    expect(measureImage(imageOf({ sections }), sha384).signed).toBe(true)
  })

  const at = (offset: number, value: bigint) => (header: DataView) => header.setBigUint64(offset, value)
  const section = (...kinds: ImageParts["sections"][number][0][]) => kinds.map((kind) => [kind, utf8("x")] as const)
  const HOSTILE: Readonly<Record<string, Partial<ImageParts>>> = {
    "33 sections": { sections: section("kernel", "cmdline", ...Array<"ramdisk">(31).fill("ramdisk")) },
    "a byte changed": { wrap: (image) => image.with(560, (image[560] ?? 0) ^ 1) },
    "a byte less": { wrap: (image) => image.slice(0, -1) },
    "a byte more": { wrap: (image) => concat(image, new Uint8Array(1)) },
    "a gap before each section": { gap: 4 },
    "a header alone, cut": { wrap: (image) => image.slice(0, 547) },
    "a section beyond the count": { header: at(28 + 8 * 9, 600n) },
    "a section of 2^63 bytes": { header: at(284, 2n ** 63n) },
    "a section of an unknown type": { sections: [...GOOD_SECTIONS, ["unknown", utf8("x")]] },
    "another magic": { header: (header) => header.setUint8(0, 0x2f) },
    "another version": { header: (header) => header.setUint16(4, 3) },
    "no kernel": { sections: section("cmdline", "ramdisk") },
    "no ramdisk": { sections: section("kernel", "cmdline") },
    nothing: { wrap: () => new Uint8Array(0) },
    "sections that overlap": { header: at(28 + 8, 548n) },
    "two command lines": { sections: section("kernel", "cmdline", "cmdline", "ramdisk") },
    "two kernels": { sections: section("kernel", "kernel", "cmdline", "ramdisk") },
    "two signatures": { sections: section("kernel", "cmdline", "ramdisk", "signature", "signature") },
    "two sizes of one section": { header: at(284, 5n) },
  }
  for (const [name, parts] of Object.entries(HOSTILE)) {
    it(`refuses ${name}`, () =>
      expectCode("image-malformed", () => measureImage(imageOf({ sections: GOOD_SECTIONS, ...parts }), sha384)))
  }
})

describe("Crc32", () => {
  it("gives the check value of CRC-32/ISO-HDLC, in one piece and in two", () => {
    const [whole, pieces] = [new Crc32(), new Crc32()]
    whole.update(utf8("123456789"))
    pieces.update(utf8("1234"))
    pieces.update(utf8("56789"))
    expect([whole.value, pieces.value]).toEqual([0xcbf43926, 0xcbf43926])
  })
})
