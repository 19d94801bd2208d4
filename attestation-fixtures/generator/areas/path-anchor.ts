import { concat } from "../../../shared/bytes.ts"
import { time, unsigned } from "../../software-nsm/der.ts"
import { ask, PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { type Chain, type Change, makeChain } from "../chain.ts"
import { LOOK_ALIKE, OTHER_SEED } from "../look-alike.ts"
import { withCertificate, withChain } from "../mutate.ts"

const chain = makeChain()
const [root, regional, zonal, instance] = chain.cabundle
const bundle = (...items: readonly (Uint8Array | undefined)[]): Chain => ({
  ...chain,
  cabundle: items.map((item) => new Uint8Array(item ?? [])),
})
const lasting: Change = (parts) => ({ ...parts, notAfter: time(new Date("2054-01-01T00:00:00Z")) })

/** The anchor (RFC 5280 section 6.1.1 d): pinned, never taken from the evidence. */
export const PATH_ANCHOR = area("path", PRODUCTION, [
  refuse(
    "path-anchor-mismatch",
    "look-alike",
    "A chain whose every signature verifies under a root of its own is not AWS's.",
    "the whole chain has other keys, its root included",
    withChain(LOOK_ALIKE),
  ),
  refuse(
    "path-anchor-mismatch",
    "look-alike-to-2054",
    "A look-alike fails on the anchor, not on a date.",
    "the whole chain has other keys, and its leaf is valid until 2054",
    withChain(makeChain({ leaf: lasting }, OTHER_SEED)),
  ),
  refuse(
    "path-anchor-mismatch",
    "root-signed-again",
    "The carried root is the pinned one, byte for byte.",
    "the root has another serial number, and the same key and name",
    withCertificate("root", (parts) => ({ ...parts, serial: unsigned(Uint8Array.of(1)) })),
  ),
  refuse(
    "path-anchor-mismatch",
    "root-trailing-byte",
    "A byte after the root makes it another one.",
    "a byte 00 follows the root",
    withChain(bundle(concat(root ?? new Uint8Array(), new Uint8Array(1)), regional, zonal, instance)),
  ),
  refuse(
    "path-anchor-mismatch",
    "root-missing",
    "A path without the root does not start at it.",
    "cabundle starts with the regional certificate",
    withChain(bundle(regional, zonal, instance)),
  ),
  refuse(
    "path-anchor-mismatch",
    "reversed",
    "The root comes first.",
    "cabundle is in reverse order",
    withChain(bundle(instance, zonal, regional, root)),
  ),
  refuse(
    "path-anchor-mismatch",
    "other-anchor",
    "A document is judged by the caller's root alone.",
    "the caller pins another root",
    ask({ trustAnchor: "other-root.pem" }),
  ),
])
