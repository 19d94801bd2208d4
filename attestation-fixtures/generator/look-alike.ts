import { concat, utf8 } from "../../shared/bytes.ts"
import { makeChain, SEED } from "./chain.ts"

export const OTHER_SEED = concat(SEED, utf8(", other"))

/** A chain with the same names and other keys, its root included: every signature in it verifies. */
export const LOOK_ALIKE = makeChain({}, OTHER_SEED)

/** Its root, for whoever pins it. */
export const OTHER_ROOT = LOOK_ALIKE.cabundle[0] ?? new Uint8Array()
