import { concat } from "../../../shared/bytes.ts"
import { bitString, octetString, sequence, tlv, unsigned } from "../../software-nsm/der.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { type CertificateParts, ecdsaSignature } from "../certificate.ts"
import type { Change, Level } from "../chain.ts"
import { withCertificate } from "../mutate.ts"

const malformed = (name: string, title: string, mutation: string, level: Level, change: Change) =>
  refuse("certificate-malformed", name, title, mutation, withCertificate(level, change))
const signature = (name: string, title: string, mutation: string, form: CertificateParts["signature"]) =>
  malformed(`signature-${name}`, title, mutation, "zonal", (parts) => ({ ...parts, signature: form }))

/** The certificate's own signature value (RFC 5480 appendix A, as DER). */
export const CERTIFICATE_SIGNATURE = area("certificate", PRODUCTION, [
  signature("raw", "A certificate's signature is DER, not r and s.", "the zonal signature is 96 raw bytes", (raw) =>
    bitString(raw),
  ),
  signature("unused-bits", "A signature is whole bytes.", "one bit of the zonal signature is unused", (raw) =>
    bitString(ecdsaSignature(raw), 1),
  ),
  signature("trailing", "Nothing follows a signature's SEQUENCE.", "a byte 00 follows the zonal signature", (raw) =>
    bitString(concat(ecdsaSignature(raw), new Uint8Array(1))),
  ),
  signature("third-integer", "A signature is two INTEGERs.", "a third INTEGER stands in the zonal signature", (raw) =>
    bitString(sequence(unsigned(raw.subarray(0, 48)), unsigned(raw.subarray(48)), unsigned(Uint8Array.of(1)))),
  ),
  signature("long-integer", "r has its shortest form.", "r of the zonal signature has a zero byte more", (raw) =>
    bitString(sequence(tlv(0x02, concat(new Uint8Array(2), raw.subarray(0, 48))), unsigned(raw.subarray(48)))),
  ),
  signature("negative-integer", "r is positive.", "r of the zonal signature is negative", (raw) =>
    bitString(sequence(tlv(0x02, concat(Uint8Array.of(0xff), raw.subarray(1, 48))), unsigned(raw.subarray(48)))),
  ),
  signature("empty", "A signature is not left out.", "the zonal signature is an empty BIT STRING", () =>
    bitString(new Uint8Array()),
  ),
  signature("octets", "A signature is a BIT STRING.", "the zonal signature is an OCTET STRING", (raw) =>
    octetString(ecdsaSignature(raw)),
  ),
])
