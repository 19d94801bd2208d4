import { ATTESTATION_CODES, stageOf } from "../../../shared/errors/attestation.ts"
import { AuthorityCache } from "../../../verifier/attestation/cache.ts"
import { pureCrypto } from "../../../verifier/attestation/ecdsa/pure.ts"
import { webCrypto } from "../../../verifier/attestation/ecdsa/web-crypto.ts"
import type { Engine } from "../../../verifier/attestation/prove.ts"
import type { Random } from "../random.ts"
import type { Input, Target } from "../target.ts"
import type { Accepted, Base } from "./base.ts"
import { fixtureBases } from "./fixtures.ts"
import { mutantOf } from "./generate.ts"
import { genuineBases } from "./genuine.ts"
import { faultOf } from "./oracle.ts"
import { archivedBase, liveBase } from "./sessions.ts"

/** Stages that only a document with good signatures reaches. */
export const BEHIND_SIGNATURE = [
  "debug",
  "freshness",
  "measurements",
  "binding",
  "user_data",
  "keys",
  "accepted",
] as const

/** Authorities that a run remembers: fewer than it meets, so that it forgets too. */
const CACHED = 24

/** Simulated sessions, whose policies pin the most, fixtures, and whatever genuine documents there are. */
export function corpus(): readonly Base[] {
  return [liveBase(), archivedBase(), ...fixtureBases(), ...genuineBases()]
}

/** Of four inputs one comes from a session and one from a fixture. */
function pickBase(random: Random, bases: readonly Base[]): Base {
  const kind = random.int(4)
  const wanted = bases.filter(({ judged, name }) => {
    const from = judged.includes("userData") ? 0 : name.startsWith("fixture ") ? 1 : 2
    return from === Math.min(kind, 2)
  })
  return random.pick(wanted.length > 0 ? wanted : bases)
}

/** The attestation verifier, with both back ends and with caches that live through the run, over mutants of the corpus. */
export function attestation(bases: readonly Base[]): Target<Accepted> {
  const baseOf = (input: Input): Base => {
    const found = bases.find(({ name }) => name === input.base)
    if (found === undefined) throw new Error(`no base ${input.base}`)
    return found
  }
  const by = (engine: Engine) => (input: Input) => baseOf(input).verify(input.bytes, engine)
  return {
    again: {
      noble: by({ backEnd: pureCrypto, cache: new AuthorityCache(CACHED) }),
      "WebCrypto with a cache": by({ backEnd: webCrypto, cache: new AuthorityCache(CACHED) }),
    },
    codes: new Set(Object.keys(ATTESTATION_CODES)),
    fault: (input, accepted) => faultOf(baseOf(input), input.bytes, accepted),
    generate: (random: Random) => mutantOf(random, pickBase(random, bases)),
    name: "attestation",
    run: by({ backEnd: webCrypto }),
    stageOf,
  }
}
