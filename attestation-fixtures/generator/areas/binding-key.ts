import { concat, utf8 } from "../../../shared/bytes.ts"
import { SESSION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { bytes, NULL } from "../cbor.ts"
import { keyOf } from "../chain.ts"
import { ecKeyInfo, OID } from "../der.ts"
import { withField } from "../mutate.ts"
import { ENCRYPTION_JWK, OTHER_KEY, SESSION_KEY } from "../session.ts"

const publicKey = (name: string, title: string, mutation: string, item: Uint8Array | null) =>
  refuse("key-mismatch", `public-key-${name}`, title, mutation, withField("public_key", item))
const { point } = keyOf("session encryption")

export const BINDING_KEY = area("binding", SESSION, [
  publicKey("null", "A document without a key attests none.", "public_key is null", NULL),
  publicKey("absent", "A document without the field attests no key.", "public_key is gone", null),
  publicKey("empty", "An empty key is none.", "public_key is an empty byte string", bytes(new Uint8Array())),
  publicKey("other", "The key offered is the attested one.", "public_key is somebody else's", bytes(OTHER_KEY)),
  publicKey(
    "signing",
    "The signing key is not the encryption key.",
    "public_key is the session's signing key",
    bytes(ecKeyInfo(OID.p384, keyOf("session signing").point)),
  ),
  publicKey("point", "public_key is a SubjectPublicKeyInfo.", "public_key is the bare point", bytes(point)),
  publicKey(
    "compressed",
    "public_key has one form.",
    "the point in public_key is compressed",
    bytes(ecKeyInfo(OID.p384, concat(Uint8Array.of(2 + ((point[96] ?? 0) & 1)), point.subarray(1, 49)))),
  ),
  publicKey(
    "trailing",
    "Nothing follows public_key.",
    "a byte 00 follows public_key",
    bytes(concat(SESSION_KEY, new Uint8Array(1))),
  ),
  publicKey(
    "jwk",
    "public_key is not a JWK.",
    "public_key is the key as JWK",
    bytes(utf8(JSON.stringify(ENCRYPTION_JWK))),
  ),
])
