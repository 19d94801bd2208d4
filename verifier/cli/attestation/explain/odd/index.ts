import type { Subject } from "../subject.ts"
import { CHAIN_ODDITIES } from "./chain.ts"
import { ENCODING_ODDITIES } from "./encoding.ts"
import { FIELD_ODDITIES } from "./fields.ts"
import { REGISTER_ODDITIES } from "./registers.ts"
import { TIME_ODDITIES } from "./times.ts"

/** Looks for one thing that sets a document apart from the usual; a sentence when it is there, else null. */
export type Oddity = (subject: Subject) => string | null

/** What a document has that most have not. Most of it is no reason to refuse: the verifier's rules say what is. */
export interface Finding {
  readonly id: string
  readonly says: string
}

export const ODDITIES: Readonly<Record<string, Oddity>> = {
  ...FIELD_ODDITIES,
  ...REGISTER_ODDITIES,
  ...CHAIN_ODDITIES,
  ...TIME_ODDITIES,
  ...ENCODING_ODDITIES,
}

export function oddities(subject: Subject): readonly Finding[] {
  return Object.entries(ODDITIES).flatMap(([id, look]) => {
    const says = look(subject)
    return says === null ? [] : [{ id, says }]
  })
}
