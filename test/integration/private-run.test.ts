import { rm } from "node:fs/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { EnclaveBoot } from "../../host/enclave/boot.ts"
import { toBase64url } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { StatedPolicy } from "../../shared/contract/effective-policy.ts"
import { Receipt } from "../../shared/protocol/receipt.ts"
import { peekJwsUnverified } from "../../shared/signed/jws.ts"
import { jwsBytes } from "../../shared/signed/jws-object.ts"
import {
  accountsSql,
  ask,
  PERSONS_SQL,
  type Released,
  refusalOf,
  release,
  type Sealed,
  SignedRun,
  session,
  softwareRoot,
  stage,
} from "../support/signed-run.ts"

/** Long enough for a run on a busy machine: what is not done by then has no result. */
const DELAY_SECONDS = 10
const REGIONS = ["east", "nowhere", "west"]
const SHARES = { bank: toBase64url(new Uint8Array(32).fill(1)), bureau: toBase64url(new Uint8Array(32).fill(2)) }

let root: string
let run: SignedRun
let sealed: readonly [Sealed, Sealed]

beforeAll(async () => {
  root = await softwareRoot()
  run = await SignedRun.create(privately)
  sealed = [await run.seal("accounts", accountsSql()), await run.seal("persons", PERSONS_SQL)]
})

afterAll(() => rm(root, { force: true, recursive: true }))

function privately(contract: Contract): void {
  contract.release = { delaySeconds: DELAY_SECONDS, mode: "differential-privacy" }
  for (const { columns, rule } of contract.datasets) {
    rule.dominance = []
    rule.privacyBudget = { delta: "0.000001", epsilon: "20" }
    for (const column of columns) if (column.name === "region" && "domain" in column) column.domain = REGIONS
  }
  const [query] = contract.queries
  if (query === undefined) throw new Error("no query")
  query.privacy = { clamps: [{ column: "total", max: "100", min: "0" }], groupsPerIdentity: 1, rho: "0.5" }
}

interface Options {
  readonly sequence: number
  readonly optOuts?: readonly string[]
  readonly shares?: typeof SHARES
}

async function released(booted: EnclaveBoot, { optOuts = [], sequence, shares = SHARES }: Options): Promise<Released> {
  const request = await run.granted(await session(booted), sealed, {
    grants: {
      bank: { secret: { noiseShare: shares.bank, optOuts: [...optOuts] } },
      bureau: { secret: { noiseShare: shares.bureau } },
    },
    proposal: { sequence },
  })
  return release(booted, request, sealed)
}

const rowsOf = async (answer: Released) => (await run.open("agency", answer)).rows as readonly (readonly string[])[]

function predicateOf({ bundle }: Released): Receipt["predicate"] {
  const { payload } = peekJwsUnverified("receipt", jwsBytes(bundle.receipt))
  return Receipt.parse(JSON.parse(new TextDecoder().decode(payload))).predicate
}

describe("a private run", () => {
  it("has noise in every declared group, the same bytes when it is repeated, and fresh noise when anything changes", async () => {
    const booted = await run.boot(root)
    try {
      const first = await released(booted, { sequence: 1 })
      const rows = await rowsOf(first)
      expect(rows.map(([region]) => region)).toEqual(REGIONS)
      // 100 people in each half, balances of 1 to 100 and of 101 to 200, clamped to 100: 5050 and 10000.
      for (const [region, people, total] of rows) {
        const [counted, summed] = { east: [100, 5050], nowhere: [0, 0], west: [100, 10_000] }[region ?? ""] ?? []
        expect(Math.abs(Number(people) - Number(counted))).toBeLessThan(15)
        expect(Math.abs(Number(total) - Number(summed))).toBeLessThan(1500)
      }
      expect(rows).not.toEqual([
        ["east", "100", "5050"],
        ["nowhere", "0", "0"],
        ["west", "100", "10000"],
      ])
      expectNoCounts(first)

      expect(await rowsOf(await released(booted, { sequence: 2 }))).toEqual(rows)

      // Nobody has this token: the true answer is the same, and the noise is another one.
      const optOuts = ["ffffffff-ffff-4fff-8fff-ffffffffffff"]
      expect(await rowsOf(await released(booted, { optOuts, sequence: 3 }))).not.toEqual(rows)

      const shares = { ...SHARES, bureau: toBase64url(new Uint8Array(32).fill(3)) }
      expect(await rowsOf(await released(booted, { sequence: 4, shares }))).not.toEqual(rows)
    } finally {
      await booted.stop()
    }
  })

  it("ends like any other when one owner's data are invalid: its fault, before any join", async () => {
    const broken = await run.seal("persons", PERSONS_SQL.replace("'west'", "'atlantis'"))
    const booted = await run.boot(root)
    try {
      const both = [sealed[0], broken]
      const request = await run.granted(await session(booted), both)
      await stage(booted, request, both)
      expect(refusalOf(await ask(booted, request))).toMatchObject({ party: "bureau", reason: "dataset-invalid" })
    } finally {
      await booted.stop()
    }
  })
})

/** The receipt says what was spent and how noise was made, which the contract alone decides, and nothing of the data. */
function expectNoCounts(answer: Released): void {
  const { groups, policy, spend } = predicateOf(answer)
  expect(groups).toBeNull()
  expect(spend?.map(({ dataset, rho }) => [dataset, rho])).toEqual([
    ["accounts", "0.5"],
    ["persons", "0.5"],
  ])
  expect(StatedPolicy.parse(policy)).toMatchObject({ groups: 3, mode: "differential-privacy", rho: "0.5" })
}
