import { randomBytes } from "node:crypto"
import { rm } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { toBase64url } from "../../shared/bytes.ts"
import { type GrantSecret, type SeenOptOuts, sortedSeen } from "../../shared/protocol/grant.ts"
import { optOutCommitment } from "../../shared/protocol/opt-outs.ts"
import type { Refusal } from "../../shared/protocol/receipt.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import {
  accountsSql,
  ask,
  PERSONS_SQL,
  refusalOf,
  type Sealed,
  SignedRun,
  session,
  softwareRoot,
  stage,
} from "../support/signed-run.ts"

const token = (i: number) => `00000000-0000-0000-0000-${i.toString(16).padStart(12, "0")}`
const salts = Array.from({ length: 3 }, () => new Uint8Array(randomBytes(32)))
const saltOf = (i: number) => toBase64url(salts[i] ?? new Uint8Array())
/** The bank's lists in two runs that receipts show: nobody at first, then one person of the east. */
const shown = [[], [token(7)]].map((list, i): SeenOptOuts => {
  return { optOuts: optOutCommitment(salts[i] ?? new Uint8Array(), list), party: "bank" }
})
/** What an honest bank tells in the third run, after it has taken out one more. */
const honest: Partial<GrantSecret> = {
  earlierOptOuts: [
    { salt: saltOf(0), step: 0 },
    { salt: saltOf(1), step: 1 },
  ],
  optOutSteps: [2, 1],
  optOuts: [token(3), token(7)],
}

let root: string
let run: SignedRun
let data: readonly Sealed[]

beforeAll(async () => {
  root = await softwareRoot()
  run = await SignedRun.create()
  data = [await run.seal("accounts", accountsSql()), await run.seal("persons", PERSONS_SQL)]
})

afterAll(() => rm(root, { force: true, recursive: true }))

type Told = Readonly<Record<string, { secret?: Partial<GrantSecret>; grant?: { seenOptOuts: SeenOptOuts[] } }>>

/** A run in a boot of its own, in which parties tell and cite what a modified tool lets them. */
async function answerTo(grants: Told): Promise<EnclaveResponse> {
  const booted = await run.boot(root)
  try {
    const request = await run.granted(await session(booted), data, { grants })
    await stage(booted, request, data)
    return await ask(booted, request)
  } finally {
    await booted.stop()
  }
}

const refused = async (grants: Told): Promise<Refusal> => refusalOf(await answerTo(grants))
const cite = (...seen: readonly SeenOptOuts[]) => ({ grant: { seenOptOuts: sortedSeen(seen) } })
const NOBODY = { details: null, party: null, reason: "run-refused" }

async function regions(grants: Told): Promise<readonly unknown[]> {
  const answer = await answerTo(grants)
  if (answer.answer !== "released") throw new Error(JSON.stringify(answer))
  const { rows } = await run.open("agency", answer)
  return (rows as string[][]).map(([region]) => region)
}

describe("opt-outs that receipts show, and their owner opens", () => {
  it("are compared: the cell of whoever has left it since is withheld", async () => {
    expect(await regions({ bank: { secret: honest }, bureau: cite(...shown) })).not.toContain("east")
  })

  it("may be cited by a party without data, and be those of the run itself", async () => {
    const present = { optOuts: optOutCommitment(salts[2] ?? new Uint8Array(), honest.optOuts ?? []), party: "bank" }
    const bank = { secret: { ...honest, optOutSalt: saltOf(2) } }
    expect(await regions({ agency: cite(...shown, present), bank })).not.toContain("east")
  })

  it("need not be cited: in the first run there is nothing to open", async () => {
    expect(await regions({ bank: { secret: { optOutSteps: [0], optOuts: [token(7)] } } })).toEqual(["east", "west"])
  })
})

describe("an owner with a modified tool, that takes somebody out and hides it,", () => {
  const lies: Readonly<Record<string, Partial<GrantSecret>>> = {
    "by calling the person out from the first": { ...honest, optOutSteps: [0, 1] },
    "by calling the person out since an earlier run": { ...honest, optOutSteps: [1, 1] },
    "by leaving out the salt of an earlier list": { ...honest, earlierOptOuts: honest.earlierOptOuts?.slice(1) ?? [] },
    "by putting back whom it had taken out": { ...honest, optOutSteps: [2], optOuts: [token(3)] },
    "by telling of no earlier grant": { ...honest, earlierOptOuts: [], optOutSteps: [0, 0] },
    "by giving an earlier list another step": {
      ...honest,
      earlierOptOuts: [
        { salt: saltOf(0), step: 0 },
        { salt: saltOf(1), step: 2 },
      ],
    },
  }
  for (const [name, secret] of Object.entries(lies)) {
    it(`${name}, gets no result`, async () => {
      expect(await refused({ bank: { secret }, bureau: cite(...shown) })).toMatchObject(NOBODY)
    })
  }

  it("gets none either when only a party without data has the receipt", async () => {
    const secret = { ...honest, optOutSteps: [0, 1] }
    expect(await refused({ agency: cite(...shown), bank: { secret } })).toMatchObject(NOBODY)
  })
})

describe("a grant that cites", () => {
  it("a commitment that nobody made ends the run, and blames neither its party nor the owner", async () => {
    const madeUp = { optOuts: "a".repeat(64), party: "bank" }
    const refusal = await refused({ bank: { secret: honest }, bureau: cite(...shown, madeUp) })
    expect(refusal).toMatchObject(NOBODY)
    expect(JSON.stringify(refusal)).not.toContain("opt-out")
  })

  it("another owner's commitment as the bank's ends it too", async () => {
    const [first] = shown
    const moved = { optOuts: first?.optOuts ?? "", party: "bureau" }
    expect(await refused({ agency: cite(moved), bank: { secret: honest } })).toMatchObject(NOBODY)
  })

  it("a party without data, or in no order, is not taken, and no key is opened", async () => {
    const ownerless = cite({ optOuts: "a".repeat(64), party: "agency" })
    expect(await answerTo({ bureau: ownerless })).toMatchObject({ answer: "error", code: "grant-invalid" })
    const unsorted = { grant: { seenOptOuts: sortedSeen(shown).toReversed() } }
    expect(await answerTo({ bureau: unsorted })).toMatchObject({ answer: "error", code: "json-schema" })
    const twice = { grant: { seenOptOuts: [...shown.slice(0, 1), ...shown.slice(0, 1)] } }
    expect(await answerTo({ bureau: twice })).toMatchObject({ answer: "error", code: "json-schema" })
  })
})
