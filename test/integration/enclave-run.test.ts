import { rm } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { EnclaveBoot } from "../../host/enclave/boot.ts"
import { EnclaveClient } from "../../host/enclave/client.ts"
import { toBase64url } from "../../shared/bytes.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import { decryptFrom } from "../../shared/signed/jwe.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { type JwsObject, jwsObject } from "../../shared/signed/jws-object.ts"
import {
  accountsSql,
  ask,
  type Begin,
  type BeginOptions,
  bootFrom,
  fromNow,
  PERSONS_SQL,
  refusalOf,
  release,
  type Sealed,
  SignedRun,
  sendPart,
  session,
  softwareRoot,
} from "../support/signed-run.ts"

const OTHER = "a".repeat(64)

let root: string
let run: SignedRun
let accounts: Sealed
let persons: Sealed

beforeAll(async () => {
  root = await softwareRoot()
  run = await SignedRun.create()
  accounts = await run.seal("accounts", accountsSql(), { parts: 2 })
  persons = await run.seal("persons", PERSONS_SQL)
})

afterAll(() => rm(root, { force: true, recursive: true }))

async function withBoot(work: (booted: EnclaveBoot) => Promise<void>): Promise<void> {
  const booted = await run.boot(root)
  try {
    await work(booted)
  } finally {
    await booted.stop()
  }
}

const begin = (
  evidence: SessionEvidence,
  options: BeginOptions = {},
  sealed: readonly Sealed[] = [accounts, persons],
) => run.begin(evidence, sealed, options)

describe("an enclave that is to begin a run", () => {
  let booted: EnclaveBoot
  let evidence: SessionEvidence

  beforeAll(async () => {
    booted = await run.boot(root)
    evidence = await session(booted)
  })

  afterAll(() => booted.stop())

  const byBank = (bank: NonNullable<BeginOptions["grants"]>[string]) => begin(evidence, { grants: { bank } })
  const second = () => run.seal("accounts", accountsSql(), { manifest: { version: 2 } })

  const attacks: Readonly<Record<string, readonly [() => Promise<Begin>, string]>> = {
    "a document that this boot never issued": [
      () => begin({ ...evidence, document: toBase64url(new Uint8Array(10)) }),
      "grant-invalid",
    ],
    "a grant of another contract": [() => byBank({ grant: { contract: OTHER } }), "contract-mismatch"],
    "a grant of another proposal": [() => byBank({ grant: { proposal: OTHER } }), "proposal-mismatch"],
    "a grant of another sequence": [() => byBank({ grant: { sequence: 7 } }), "proposal-mismatch"],
    "a grant signed by another party": [() => byBank({ signer: "bureau" }), "jws-unknown-key"],
    "a grant that expired": [
      () => byBank({ grant: { created: fromNow(-20_000), expires: fromNow(-10_000) } }),
      "grant-expired",
    ],
    "a grant that lasts longer than the contract allows": [
      () => byBank({ grant: { expires: fromNow(7_200_000) } }),
      "grant-invalid",
    ],
    "a grant without keys by an owner": [() => byBank({ grant: { optOuts: null, secret: null } }), "grant-invalid"],
    "a manifest beside those proposed": [
      async () => {
        const good = await begin(evidence)
        return { ...good, manifests: [...good.manifests, (await second()).jws] }
      },
      "manifest-mismatch",
    ],
    "a manifest of another schema": [
      async () =>
        begin(evidence, {}, [await run.seal("accounts", accountsSql(), { manifest: { schema: OTHER } }), persons]),
      "manifest-mismatch",
    ],
    "a manifest signed by another owner": [
      async () => begin(evidence, {}, [await run.seal("accounts", accountsSql(), { signer: "bureau" }), persons]),
      "jws-unknown-key",
    ],
    "a parameter out of range": [
      () => begin(evidence, { proposal: { parameters: { youngest: 101 } } }),
      "parameter-invalid",
    ],
    "a proposal in another party's name": [() => begin(evidence, { proposer: "bank" }), "jws-unknown-key"],
    "a proposal of another contract": [() => begin(evidence, { proposal: { contract: OTHER } }), "contract-mismatch"],
    "a proposal that leaves a dataset out": [() => begin(evidence, {}, [accounts]), "proposal-invalid"],
    "a version that nobody proposed": [
      async () => ({ ...(await begin(evidence)), manifests: [(await second()).jws, persons.jws] }),
      "manifest-mismatch",
    ],
    "keys by a party that has no data": [
      () => begin(evidence, { grants: { agency: { grant: { optOuts: OTHER, secret: "x" } } } }),
      "grant-invalid",
    ],
    "one grant less": [
      async () => {
        const good = await begin(evidence)
        return { ...good, grants: good.grants.slice(1) }
      },
      "grant-missing",
    ],
    "two different grants by one party": [
      async () => {
        // The same proposal, granted twice: salt and expiry differ.
        const created = fromNow(0)
        const proposal = { created, id: "A".repeat(22) }
        const [good, again] = [await begin(evidence, { proposal }), await begin(evidence, { proposal })]
        return { ...good, grants: [...good.grants, ...again.grants.slice(0, 1)] }
      },
      "grant-conflict",
    ],
  }
  for (const [name, [attack, code]] of Object.entries(attacks)) {
    it(`refuses ${name}, and goes on: ${code}`, async () => {
      expect(await ask(booted, await attack())).toMatchObject({ answer: "error", code })
      expect(await ask(booted, { op: "execute" })).toMatchObject({ answer: "error", code: "phase-illegal" })
      await session(booted)
    })
  }

  it("refuses the grants of the boot before, which the host replays after a restart", async () => {
    const before = await begin(evidence)
    await withBoot(async (next) => {
      expect(await ask(next, before)).toMatchObject({ answer: "error", code: "grant-invalid" })
    })
  })
})

describe("a run", () => {
  it("is released once: its sequence is used up, and the host gets the same bytes again", () =>
    withBoot(async (booted) => {
      const evidence = await session(booted)
      const begun = await begin(evidence)
      const released = await release(booted, begun, [accounts, persons])
      // Balances of 1 to 100 and of 101 to 200: 5050 and 15050, rounded to one identity's largest contribution, 1000.
      expect(await run.open("agency", released)).toEqual({
        rows: [
          ["east", "100", "5000"],
          ["west", "100", "15000"],
        ],
        withheldGroups: "0",
      })
      expect(await ask(booted, begun)).toEqual(released)
      expect(await ask(booted, await begin(evidence))).toMatchObject({ answer: "error", code: "sequence-used" })
    }))

  const secrets: Readonly<Record<string, () => NonNullable<BeginOptions["grants"]>[string]>> = {
    "a key wrapped for another proposal": () => ({ secret: { proposal: OTHER } }),
    "a key wrapped in another owner's name": () => ({ secret: { owner: "bureau" } }),
    "an opt-out list that nobody committed to": () => ({ grant: { optOuts: OTHER } }),
    "another key than the one committed to": () => ({
      secret: { keys: [{ dataKey: "A".repeat(43), dataset: "accounts", manifest: accounts.digest }] },
    }),
  }
  for (const [name, bank] of Object.entries(secrets)) {
    it(`with ${name} is refused in the name of who granted it, and the enclave ends`, () =>
      withBoot(async (booted) => {
        const answer = await ask(booted, await begin(await session(booted), { grants: { bank: bank() } }))
        expect(refusalOf(answer)).toMatchObject({ party: "bank", reason: "grant-invalid" })
        await booted.ended
      }))
  }

  const datasets: Readonly<Record<string, readonly [() => Promise<Sealed>, string]>> = {
    "a column more": [
      () => run.seal("accounts", accountsSql({ more: ", 1 AS more" })),
      "4 columns, the contract has 3",
    ],
    "another type": [
      () => run.seal("accounts", accountsSql({ balance: "CAST(range AS INTEGER)" })),
      "column 2 is not balance BIGINT",
    ],
    "empty cells": [
      () => run.seal("accounts", accountsSql({ balance: "CAST(NULL AS BIGINT)" })),
      "balance: 200 empty cells",
    ],
    "fewer rows than its manifest says": [
      () => run.seal("accounts", accountsSql(), { manifest: { rows: 201 } }),
      "200 rows, the manifest names 201",
    ],
    "more rows than an identity may have": [
      () => run.seal("accounts", accountsSql({ id: "range // 2" })),
      "100 rows beyond the 1 that an identity may have",
    ],
    "values out of range": [
      () => run.seal("accounts", accountsSql({ balance: "CAST(range * 1000 AS BIGINT)" })),
      "balance: 198 cells outside domain, range or step",
    ],
  }
  for (const [name, [seal, detail]] of Object.entries(datasets)) {
    it(`over a dataset with ${name} is refused, and only its owner reads why`, async () => {
      const sealed = await seal()
      await withBoot(async (booted) => {
        await ask(booted, await begin(await session(booted), {}, [sealed, persons]))
        await sendPart(booted, sealed)
        await sendPart(booted, persons)
        await expectInvalid(refusalOf(await ask(booted, { op: "execute" })), detail)
        await booted.ended
      })
    })
  }

  it("in which the host sends a part twice is refused", () =>
    withBoot(async (booted) => {
      await ask(booted, await begin(await session(booted)))
      expect(await sendPart(booted, accounts, 0)).toEqual({ answer: "accepted" })
      await expectInvalid(
        refusalOf(await sendPart(booted, accounts, 0)),
        "part 0: manifest-mismatch: the same part twice",
      )
      await booted.ended
    }))

  it("in which the host exchanges two parts is refused", () =>
    withBoot(async (booted) => {
      await ask(booted, await begin(await session(booted)))
      await expectInvalid(refusalOf(await sendPart(booted, accounts, 0, 1)), "part 0: manifest-mismatch")
      await booted.ended
    }))

  // Sizes and hashes are those of the manifest: only the part's own number, which its segments authenticate, is wrong.
  it("over a manifest that names two parts in each other's place is refused", async () => {
    const exchanged = await run.seal("accounts", accountsSql(), { exchanged: true, parts: 2 })
    await withBoot(async (booted) => {
      await ask(booted, await begin(await session(booted), {}, [exchanged, persons]))
      await expectInvalid(refusalOf(await sendPart(booted, exchanged, 0)), "part 0: sealed-not-authentic")
      await booted.ended
    })
  })

  it("that the host holds back until a grant expires is refused", () =>
    withBoot(async (booted) => {
      const expires = fromNow(8000)
      await ask(booted, await begin(await session(booted), { grants: { bank: { grant: { expires } } } }))
      for (const [dataset, index] of [
        [accounts, 0],
        [accounts, 1],
        [persons, 0],
      ] as const) {
        expect(await sendPart(booted, dataset, index)).toEqual({ answer: "accepted" })
      }
      await sleep(Date.parse(expires) - Date.now() + 1000)
      const answer = await ask(booted, { op: "execute" })
      expect(refusalOf(answer)).toMatchObject({ details: null, party: null, reason: "run-refused" })
      await booted.ended
    }))

  it("that the host executes before it has sent every part is refused", () =>
    withBoot(async (booted) => {
      await ask(booted, await begin(await session(booted)))
      await sendPart(booted, accounts, 0)
      expect(refusalOf(await ask(booted, { op: "execute" }))).toMatchObject({ party: null, reason: "run-refused" })
      await booted.ended
    }))
})

/** The bank's data is at fault, and the bank alone can read what is wrong with it. */
async function expectInvalid({ details, party, reason }: ReturnType<typeof refusalOf>, detail: string): Promise<void> {
  expect({ party, reason }).toEqual({ party: "bank", reason: "dataset-invalid" })
  const plain = await decryptFrom("refusalDetails", details ?? "", run.key("bank").result)
  expect(new TextDecoder().decode(plain)).toContain(detail)
  await expect(decryptFrom("refusalDetails", details ?? "", run.key("agency").result)).rejects.toThrow()
}

describe("a contract", () => {
  it("that is raced against another one over two connections wins alone", async () => {
    const other = await SignedRun.create((contract) => {
      contract.title = "another"
    })
    const booted = await bootFrom(root)
    const second = await EnclaveClient.connect(booted.path)
    const answers = await Promise.all([
      ask(booted, { contract: [...run.signatures], op: "open" }),
      second.request({ contract: [...other.signatures], op: "open" }, 60_000),
    ])
    expect(answers.map(({ answer }) => answer).toSorted()).toEqual(["accepted", "error"])
    expect(answers.find(({ answer }) => answer === "error")).toMatchObject({ code: "contract-slot-taken" })
    await booted.stop()
  })

  it("whose time is over begins no run", async () => {
    const old = await SignedRun.create((contract) => {
      contract.validity = { notAfter: "2026-02-01T00:00:00Z", notBefore: "2026-01-01T00:00:00Z" }
    })
    const sealed = [await old.seal("accounts", accountsSql()), await old.seal("persons", PERSONS_SQL)]
    const booted = await old.boot(root)
    const begun = await old.begin(await session(booted), sealed)
    expect(await ask(booted, begun)).toMatchObject({ answer: "error", code: "contract-expired" })
    await booted.stop()
  })

  const forgeries: Readonly<
    Record<string, readonly [(signatures: readonly JwsObject[], stranger: SignedRun) => Promise<JwsObject[]>, string]>
  > = {
    "one signature of which is a stranger's": [
      async ([, ...others], stranger) => [
        ...others,
        jwsObject(await signJws("contract", run.contract, stranger.key("bank").sign)),
      ],
      "jws-unknown-key",
    ],
    "one signature of which is of another contract": [
      async ([, ...others], stranger) => [...others, ...stranger.signatures.slice(0, 1)],
      "contract-mismatch",
    ],
    "one signature of which is under another party's name": [
      async ([first, second, ...others]) => {
        if (first === undefined || second === undefined) throw new Error("no signatures")
        return [{ ...first, signature: second.signature }, second, ...others]
      },
      "jws-signature-invalid",
    ],
  }
  for (const [name, [forge, code]] of Object.entries(forgeries)) {
    it(`${name} is refused, and the enclave ends: ${code}`, async () => {
      const contract = await forge(run.signatures, await SignedRun.create())
      const booted = await bootFrom(root)
      expect(await ask(booted, { contract, op: "open" })).toMatchObject({ answer: "error", code })
      await booted.ended
    })
  }
})
