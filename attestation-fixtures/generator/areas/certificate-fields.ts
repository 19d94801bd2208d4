import { utf8 } from "../../../shared/bytes.ts"
import { oid, sequence, set, tlv, unsigned } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { type Change, type Level, MODULE_ID } from "../chain.ts"
import { generalizedTime, utcTime } from "../der.ts"
import { withCertificate } from "../mutate.ts"

const malformed = (name: string, title: string, mutation: string, level: Level, change: Change) =>
  refuse("certificate-malformed", name, title, mutation, withCertificate(level, change))
/** Version, serial number, instants, names (RFC 5280 section 4.1). */
export const CERTIFICATE_FIELDS = area("certificate", PRODUCTION, [
  malformed(
    "version-1",
    "A certificate is of version 3.",
    "the leaf has no version and no extensions",
    "leaf",
    (parts) => ({
      ...parts,
      extensions: [],
      version: new Uint8Array(),
    }),
  ),
  malformed("version-2", "Version 2 is not version 3.", "the leaf's version is 1, which means 2", "leaf", (parts) => ({
    ...parts,
    version: tlv(0xa0, unsigned(Uint8Array.of(1))),
  })),
  malformed("version-4", "There is no version 4.", "the leaf's version is 3, which means 4", "leaf", (parts) => ({
    ...parts,
    version: tlv(0xa0, unsigned(Uint8Array.of(3))),
  })),
  malformed("version-long", "Integers have their shortest form.", "the leaf's version is 00 02", "leaf", (parts) => ({
    ...parts,
    version: tlv(0xa0, tlv(0x02, Uint8Array.of(0, 2))),
  })),
  malformed("serial-zero", "A serial number is positive.", "the zonal serial number is 0", "zonal", (parts) => ({
    ...parts,
    serial: tlv(0x02, Uint8Array.of(0)),
  })),
  malformed(
    "serial-negative",
    "A serial number is not negative.",
    "the zonal serial number is -2",
    "zonal",
    (parts) => ({
      ...parts,
      serial: tlv(0x02, Uint8Array.of(0xfe)),
    }),
  ),
  malformed(
    "serial-long",
    "Serial numbers have their shortest form.",
    "the zonal serial number is 00 7f",
    "zonal",
    (parts) => ({
      ...parts,
      serial: tlv(0x02, Uint8Array.of(0, 0x7f)),
    }),
  ),
  malformed(
    "serial-of-21",
    "A serial number has at most 20 bytes.",
    "the zonal serial number has 21 bytes, none of them a leading zero",
    "zonal",
    (parts) => ({
      ...parts,
      serial: tlv(0x02, new Uint8Array(21).fill(0x11)),
    }),
  ),
  malformed("serial-empty", "An INTEGER has content.", "the zonal serial number has no content", "zonal", (parts) => ({
    ...parts,
    serial: tlv(0x02),
  })),
  ...(
    [
      ["february-30", utcTime("260230120000Z"), "30 February"],
      ["leap-day-2027", utcTime("270229120000Z"), "29 February 2027"],
      ["month-13", utcTime("261301120000Z"), "in month 13"],
      ["day-zero", utcTime("260500120000Z"), "on day 0"],
      ["hour-24", utcTime("260310240000Z"), "at 24 o'clock"],
      ["second-60", utcTime("260310115960Z"), "in second 60"],
      ["without-seconds", utcTime("2603121200Z"), "without seconds"],
      ["with-offset", utcTime("260312120000+0000"), "with an offset in place of Z"],
      ["without-zone", utcTime("260312120000"), "without Z"],
      ["lower-case-z", utcTime("260312120000z"), "with a small z"],
      ["not-digits", utcTime("2603 2120000Z"), "with a blank for a digit"],
      ["generalized-2026", generalizedTime("20260312120000Z"), "a GeneralizedTime before 2050"],
      ["fraction", generalizedTime("20510312120000.5Z"), "with a fraction of a second"],
      ["as-text", tlv(0x0c, utf8("260312120000Z")), "a UTF8String"],
    ] as const
  ).map(([name, notAfter, what]) =>
    malformed(
      `instant-${name}`,
      "Instants have one form, and are on the calendar.",
      `the regional certificate's notAfter is ${what}`,
      "regional",
      (parts) => ({ ...parts, notAfter }),
    ),
  ),
  malformed("name-empty", "A subject has a name.", "the leaf's subject is an empty SEQUENCE", "leaf", (parts) => ({
    ...parts,
    subject: sequence(),
  })),
  malformed(
    "name-empty-set",
    "A part of a name says something.",
    "the leaf's subject has an empty SET",
    "leaf",
    (parts) => ({
      ...parts,
      subject: sequence(set()),
    }),
  ),
  malformed(
    "name-teletex",
    "Names are in UTF-8 or ASCII.",
    "the leaf's common name is a TeletexString",
    "leaf",
    (parts) => ({
      ...parts,
      subject: commonName(tlv(0x14, utf8(MODULE_ID))),
    }),
  ),
  malformed("name-bmp", "Names are not in UTF-16.", "the leaf's common name is a BMPString", "leaf", (parts) => ({
    ...parts,
    subject: commonName(tlv(0x1e, Uint8Array.of(0, 0x69))),
  })),
  malformed("name-utf8", "Names are valid UTF-8.", "the leaf's common name has the byte ff", "leaf", (parts) => ({
    ...parts,
    subject: commonName(tlv(0x0c, Uint8Array.of(0x69, 0xff))),
  })),
])

function commonName(text: Uint8Array) {
  return sequence(set(sequence(oid("2.5.4.3"), text)))
}
