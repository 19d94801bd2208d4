import { concat, toHex } from "../../../shared/bytes.ts"
import { PRODUCTION } from "../bases.ts"
import { accept, area } from "../case.ts"
import { BREAK, bytes, type Entry, initial, map, openArray, openMap, unsigned } from "../cbor.ts"
import { keyOf, makeChain } from "../chain.ts"
import { entriesOf, REGISTERS, sessionFields, signatureOf, signPayload } from "../document.ts"
import { productionPayload, withEnvelope, withField } from "../mutate.ts"
import { isHigh, lowS, signatureWith } from "../search.ts"

const entries = entriesOf(sessionFields())
const chain = makeChain()

/** Shapes of CBOR and COSE that genuine documents have, or may have. */
export const ACCEPTED_FORMS = area("accepted", PRODUCTION, [
  accept(
    "ATT-2",
    "indefinite-payload",
    "Since December 2025 the payload's map is indefinite.",
    "the payload's map is indefinite",
    signPayload(concat(openMap(entries), BREAK)),
  ),
  accept(
    "ATT-2",
    "indefinite-registers",
    "Other maps may be indefinite too.",
    "pcrs is an indefinite map",
    withField("pcrs", concat(openMap([...REGISTERS].map(([index, value]) => [unsigned(index), bytes(value)])), BREAK)),
  ),
  accept(
    "ATT-2",
    "indefinite-cabundle",
    "Arrays may be indefinite.",
    "cabundle is an indefinite array",
    withField("cabundle", concat(openArray(chain.cabundle.map((each) => bytes(each))), BREAK)),
  ),
  accept(
    "ATT-3",
    "indefinite-envelope",
    "The envelope may be indefinite.",
    "the envelope is an indefinite array",
    concat(initial(4, 31), PRODUCTION.document.subarray(1), BREAK),
  ),
  accept(
    "ATT-17",
    "other-field-order",
    "The order of the fields does not matter.",
    "the payload's fields are in reverse order",
    signPayload(map(entries.toReversed())),
  ),
  accept(
    "ATT-17",
    "canonical-field-order",
    "Canonical order is an order too.",
    "the payload's fields are sorted by their encoded keys",
    signPayload(map(entries.toSorted(byBytes))),
  ),
  accept(
    "ATT-31",
    "high-s",
    "About half of the genuine signatures have a high s.",
    "timestamp is a few milliseconds later, so that s is over n / 2",
    signatureWith((raw) => isHigh(raw)),
  ),
  accept(
    "ATT-31",
    "low-s",
    "A low s is as good.",
    "the signature's s is the lower of the two that verify",
    withEnvelope({ signature: bytes(lowS(signatureOf(productionPayload(), keyOf("leaf")))) }),
  ),
  accept(
    "ATT-31",
    "r-leading-zero",
    "r may begin with a zero byte.",
    "timestamp is a few milliseconds later, so that r begins with 00",
    signatureWith((raw) => raw[0] === 0),
  ),
  accept(
    "ATT-31",
    "s-leading-zero",
    "s may begin with a zero byte.",
    "timestamp is a few milliseconds later, so that s begins with 00",
    signatureWith((raw) => raw[48] === 0),
  ),
])

function byBytes([a]: Entry, [b]: Entry): number {
  return a.length - b.length || (toHex(a) < toHex(b) ? -1 : 1)
}
