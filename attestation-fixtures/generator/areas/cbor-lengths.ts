import { concat } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { head } from "../cbor.ts"
import { envelope } from "../document.ts"
import { productionEnvelope, productionPayload, withField } from "../mutate.ts"

/** Counts and lengths that nobody could have sent. */
export const CBOR_LENGTHS = area("cbor", PRODUCTION, [
  refuse(
    "cbor-malformed",
    "bytes-of-4-gib",
    "A byte string cannot be longer than the document.",
    "user_data declares 2^32 bytes",
    withField("user_data", head(2, 2 ** 32)),
  ),
  refuse(
    "cbor-malformed",
    "bytes-of-2-to-the-64",
    "A length beyond 2^53 is longer than the document too.",
    "user_data declares 2^64 - 1 bytes",
    withField("user_data", head(2, 2n ** 64n - 1n)),
  ),
  refuse(
    "cbor-malformed",
    "text-of-2-gib",
    "Text cannot be longer than the document.",
    "module_id declares 2^31 bytes",
    withField("module_id", head(3, 2 ** 31)),
  ),
  refuse(
    "cbor-malformed",
    "array-of-2-to-the-32",
    "An array cannot have more items than the document has bytes.",
    "cabundle declares 2^32 items",
    withField("cabundle", head(4, 2 ** 32)),
  ),
  refuse(
    "cbor-malformed",
    "map-of-2-to-the-53",
    "A map cannot have more pairs than the document has bytes.",
    "pcrs declares 2^53 - 1 pairs",
    withField("pcrs", head(5, 2n ** 53n - 1n)),
  ),
  refuse(
    "cbor-malformed",
    "payload-of-4-gib",
    "The payload cannot be longer than the document.",
    "the payload's byte string declares 2^32 - 1 bytes",
    envelope({ ...productionEnvelope(), payload: concat(head(2, 2 ** 32 - 1), productionPayload()) }),
  ),
])
