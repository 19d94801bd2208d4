import { expect } from "vitest"
import { type Bytes, fromBase64url, fromHex, toHex } from "../../shared/bytes.ts"
import { decodeCbor } from "../../shared/cbor/decode.ts"
import { decodeSign1, encodeSign1, sigStructure } from "../../shared/cose/sign1.ts"
import type { ErrorCode } from "../../shared/errors/index.ts"
import { expectCode } from "../support/rejects.ts"
import { BACK_ENDS, isSigned } from "./ecdsa-back-ends.ts"
import type { Judge, Tally } from "./tally.ts"

interface Example {
  readonly fail?: boolean
  readonly input: { readonly sign0?: { readonly key: Key; readonly external?: string } }
  readonly intermediates?: { readonly ToBeSign_hex?: string }
  readonly output: { readonly cbor: string }
}

interface Key {
  readonly crv: string
  readonly x: string
  readonly y?: string
}

/**
 * A COSE working group example. None is in the profile as it stands: all but one carry a tag, and behind the tag they are
 * refused with `code`. What an untagged ES384 message of the profile shares with them is judged all the same.
 */
export function coseExample(code: ErrorCode): Judge {
  return async (file, tally) => {
    const example = JSON.parse(file.toString()) as Example
    const message = fromHex(example.output.cbor.toLowerCase())
    const content = untagged(message)
    if (content.length < message.length) await expectCode("cbor-unsupported", () => decodeSign1(message))
    await expectCode(code, () => decodeSign1(content))
    tally.run()
    if (example.input.sign0 !== undefined) await judgeSign1(example, content, tally)
  }
}

/** The message without its tag: 0xc0 to 0xd7, or 0xd8 and 0xd9 with one and two bytes of tag number. */
function untagged(message: Bytes): Bytes {
  const [first = 0] = message
  if (first >> 5 !== 6) return message
  return message.slice(first < 0xd8 ? 1 : first === 0xd8 ? 2 : 3)
}

/** The bytes that a signature covers, for every algorithm; the signature itself where the key is P-384. */
async function judgeSign1({ fail, input, intermediates }: Example, content: Bytes, tally: Tally): Promise<void> {
  const [header, , payload, signature] = decodeCbor(content) as readonly [Bytes, unknown, Bytes, Bytes]
  if (fail === true) return tally.notApplicable("signed structure: the example's message was altered after signing")
  if (input.sign0?.external !== undefined) return tally.notApplicable("signed structure: external data")
  if (toHex(header) === "a0") return tally.notApplicable("signed structure: empty protected header")
  const signed = sigStructure(header, payload)
  expect(toHex(signed)).toBe(intermediates?.ToBeSign_hex?.toLowerCase())
  tally.run()
  if (input.sign0?.key.crv === "P-384") await judgeEs384(input.sign0.key, { header, payload, signature }, tally)
}

/** In the envelope of the profile, that is without the `kid` in the unprotected header, the message reads and verifies. */
async function judgeEs384(
  { x, y }: Key,
  { header, payload, signature }: { header: Bytes; payload: Bytes; signature: Bytes },
  tally: Tally,
): Promise<void> {
  const read = decodeSign1(encodeSign1({ payload, protectedHeader: header, signature }))
  const point = Uint8Array.of(4, ...fromBase64url(x), ...fromBase64url(y ?? ""))
  const signed = sigStructure(read.protectedHeader, read.payload)
  for (const backEnd of BACK_ENDS) {
    expect(await isSigned(backEnd, point, signed, read.signature), backEnd.name).toBe(true)
    expect(await isSigned(backEnd, point, signed.slice(1), read.signature), backEnd.name).toBe(false)
    tally.run()
  }
}
