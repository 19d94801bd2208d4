import type { Bytes } from "../../shared/bytes.ts"
import { type EcdsaBackEnd, pureCrypto, webCrypto } from "../../verifier/index.ts"
import type { Expected, Vector } from "../vectors/cases.ts"
import { outcomeOf } from "../vectors/judge.ts"

/** A case on its way into the page: its bytes, and the files that cases name, in base64. */
export interface Errand {
  readonly vectors: readonly { readonly base64: string; readonly vector: Omit<Vector, "bytes"> }[]
  readonly files: Readonly<Record<string, string>>
  readonly backEnd: "pureCrypto" | "webCrypto"
}

/** What the page says of each case, in their order. */
export type PageOutcome = Expected | { readonly thrown: string }

declare global {
  var parleyJudge: (errand: Errand) => Promise<readonly PageOutcome[]>
}

const BACK_ENDS: Readonly<Record<Errand["backEnd"], EcdsaBackEnd>> = { pureCrypto, webCrypto }

globalThis.parleyJudge = async ({ backEnd, files, vectors }) => {
  const outcomes: PageOutcome[] = []
  const file = (name: string) => fromBase64(files[name] ?? "")
  for (const { base64, vector } of vectors) {
    const whole = { ...vector, bytes: fromBase64(base64) } as Vector
    outcomes.push(await outcomeOf(whole, BACK_ENDS[backEnd], file).catch((cause) => ({ thrown: String(cause) })))
  }
  return outcomes
}

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
