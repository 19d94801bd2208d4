import { readFileSync } from "node:fs"
import type { EcdsaBackEnd } from "../../verifier/index.ts"
import { type Expected, FIXTURES, type Vector } from "./cases.ts"
import { outcomeOf } from "./judge.ts"

export { verdictOf } from "./judge.ts"

/** What the library says of a case, computing with that back end. Anything but its own errors is thrown on. */
export function byLibrary(vector: Vector, backEnd: EcdsaBackEnd): Promise<Expected> {
  return outcomeOf(vector, backEnd, (name) => new Uint8Array(readFileSync(`${FIXTURES}${name}`)))
}
