import { readFile, rm } from "node:fs/promises"
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
  announcement,
  ask,
  bootFrom,
  fromNow,
  type GrantedOptions,
  PERSONS_SQL,
  type RunRequest,
  refusalOf,
  release,
  type Sealed,
  SignedRun,
  sendPart,
  session,
  softwareRoot,
  stage,
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

const granted = (
  evidence: SessionEvidence,
  options: GrantedOptions = {},
  sealed: readonly Sealed[] = [accounts, persons],
) => run.granted(evidence, sealed, options)

describe("an enclave that is asked to run", () => {
  let booted: EnclaveBoot
  let evidence: SessionEvidence

  beforeAll(async () => {
    booted = await run.boot(root)
    evidence = await session(booted)
  })

  afterAll(() => booted.stop())

  const byBank = (bank: NonNullable<GrantedOptions["grants"]>[string]) => granted(evidence, { grants: { bank } })
  const second = () => run.seal("accounts", accountsSql(), { manifest: { version: 2 } })

  const attacks: Readonly<Record<string, readonly [() => Promise<RunRequest>, string]>> = {
    "a document that this boot never issued": [
      () => granted({ ...evidence, document: toBase64url(new Uint8Array(10)) }),
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
        const good = await granted(evidence)
        return { ...good, manifests: [...good.manifests, (await second()).jws] }
      },
      "manifest-mismatch",
    ],
    "a manifest of another schema": [
      async () =>
        granted(evidence, {}, [await run.seal("accounts", accountsSql(), { manifest: { schema: OTHER } }), persons]),
      "manifest-mismatch",
    ],
    "a manifest signed by another owner": [
      async () => granted(evidence, {}, [await run.seal("accounts", accountsSql(), { signer: "bureau" }), persons]),
      "jws-unknown-key",
    ],
    "a parameter out of range": [
      () => granted(evidence, { proposal: { parameters: { youngest: 101 } } }),
      "parameter-invalid",
    ],
    "a proposal in another party's name": [() => granted(evidence, { proposer: "bank" }), "jws-unknown-key"],
    "a proposal of another contract": [() => granted(evidence, { proposal: { contract: OTHER } }), "contract-mismatch"],
    "a proposal that leaves a dataset out": [() => granted(evidence, {}, [accounts]), "proposal-invalid"],
    "a version that nobody proposed": [
      async () => ({ ...(await granted(evidence)), manifests: [(await second()).jws, persons.jws] }),
      "manifest-mismatch",
    ],
    "keys by a party that has no data": [
      () => granted(evidence, { grants: { agency: { grant: { optOuts: OTHER, secret: "x" } } } }),
      "grant-invalid",
    ],
    "one grant less": [
      async () => {
        const good = await granted(evidence)
        return { ...good, grants: good.grants.slice(1) }
      },
      "grant-missing",
    ],
    "two different grants by one party": [
      async () => {
        // The same proposal, granted twice: salt and expiry differ.
        const created = fromNow(0)
        const proposal = { created, id: "A".repeat(22) }
        const [good, again] = [await granted(evidence, { proposal }), await granted(evidence, { proposal })]
        return { ...good, grants: [...good.grants, ...again.grants.slice(0, 1)] }
      },
      "grant-conflict",
    ],
  }
  /** What a proposal and its manifests are refused for, before any ciphertext is taken. */
  const ANNOUNCED = /^a (?:manifest|parameter|proposal|version)/
  let announced = 0
  for (const [name, [attack, code]] of Object.entries(attacks)) {
    if (!ANNOUNCED.test(name)) continue
    announced++
    it(`takes no ciphertext for ${name}: ${code}`, async () => {
      expect(await ask(booted, announcement(await attack()))).toMatchObject({ answer: "error", code })
    })
  }

  it("has been asked to take ciphertext for eight of them", () => expect(announced).toBe(8))

  for (const [name, [attack, code]] of Object.entries(attacks)) {
    it(`refuses ${name}, and goes on: ${code}`, async () => {
      expect(await ask(booted, await attack())).toMatchObject({ answer: "error", code })
      await session(booted)
    })
  }

  it("refuses the grants of the boot before, which the host replays after a restart", async () => {
    const before = await granted(evidence)
    await withBoot(async (next) => {
      expect(await ask(next, before)).toMatchObject({ answer: "error", code: "grant-invalid" })
    })
  })
})

describe("a run", () => {
  it("is released once: its sequence is used up, and the host gets the same bytes again", () =>
    withBoot(async (booted) => {
      const evidence = await session(booted)
      const request = await granted(evidence)
      const released = await release(booted, request, [accounts, persons])
      // Balances of 1 to 100 and of 101 to 200: 5050 and 15050, rounded to one identity's largest contribution, 1000.
      expect(await run.open("agency", released)).toEqual({
        rows: [
          ["east", "100", "5000"],
          ["west", "100", "15000"],
        ],
        withheldGroups: "0",
      })
      expect(await ask(booted, request)).toEqual(released)
      expect(await ask(booted, await granted(evidence))).toMatchObject({ answer: "error", code: "sequence-used" })
    }))

  const secrets: Readonly<Record<string, () => NonNullable<GrantedOptions["grants"]>[string]>> = {
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
        const request = await granted(await session(booted), { grants: { bank: bank() } })
        await stage(booted, request, [accounts, persons])
        const answer = await ask(booted, request)
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
        const request = await granted(await session(booted), {}, [sealed, persons])
        await stage(booted, request, [sealed, persons])
        await expectInvalid(refusalOf(await ask(booted, request)), detail)
        await booted.ended
      })
    })
  }

  it("goes on when the host sends a part twice: the second one is not taken", () =>
    withBoot(async (booted) => {
      const request = await granted(await session(booted))
      await stage(booted, request, [accounts, persons])
      expect(await sendPart(booted, accounts, 0, 1)).toMatchObject({ answer: "error", code: "manifest-mismatch" })
      expect(await ask(booted, request)).toMatchObject({ answer: "released" })
    }))

  it("goes on when the host sends other bytes: the part that the owner signed for may come after them", () =>
    withBoot(async (booted) => {
      const request = await granted(await session(booted))
      await ask(booted, announcement(request))
      const [first = new Uint8Array(), ...others] = accounts.parts
      const flipped = { ...accounts, parts: [first.map((byte) => byte ^ 1), ...others] }
      expect(await sendPart(booted, flipped)).toMatchObject({ answer: "error", code: "manifest-mismatch" })
      expect(await ask(booted, request)).toMatchObject({ answer: "error", code: "phase-illegal" })
      for (const [dataset, index] of [
        [accounts, 0],
        [accounts, 1],
        [persons, 0],
      ] as const) {
        expect(await sendPart(booted, dataset, index)).toEqual({ answer: "accepted" })
      }
      expect(await ask(booted, request)).toMatchObject({ answer: "released" })
    }))

  // Sizes and hashes are those of the manifest: only the part's own number, which its segments authenticate, is wrong.
  it("over a manifest that names two parts in each other's place is refused", async () => {
    const exchanged = await run.seal("accounts", accountsSql(), { exchanged: true, parts: 2 })
    await withBoot(async (booted) => {
      const request = await granted(await session(booted), {}, [exchanged, persons])
      await stage(booted, request, [exchanged, persons])
      await expectInvalid(refusalOf(await ask(booted, request)), "part 0: sealed-not-authentic")
      await booted.ended
    })
  })

  it("that the host holds back until a grant expires is refused before any key is opened", () =>
    withBoot(async (booted) => {
      const expires = fromNow(5000)
      const request = await granted(await session(booted), { grants: { bank: { grant: { expires } } } })
      await stage(booted, request, [accounts, persons])
      await sleep(Math.max(0, Date.parse(expires) - Date.now()) + 1000)
      expect(await ask(booted, request)).toMatchObject({ answer: "error", code: "grant-expired" })
      await session(booted)
    }))

  it("has to be granted for what is staged: another proposal's data does not do", () =>
    withBoot(async (booted) => {
      const evidence = await session(booted)
      const [first, second] = [await granted(evidence), await granted(evidence, { proposal: { sequence: 2 } })]
      await stage(booted, first, [accounts, persons])
      expect(await ask(booted, second)).toMatchObject({ answer: "error", code: "phase-illegal" })
      expect(await ask(booted, announcement(second))).toEqual({ answer: "accepted" })
      // Staging the second one has put the first one's parts away.
      expect(await ask(booted, first)).toMatchObject({ answer: "error", code: "phase-illegal" })
      await stage(booted, first, [accounts, persons])
      expect(await ask(booted, first)).toMatchObject({ answer: "released" })
    }))

  it("that the host asks for before it has sent every part is not begun", () =>
    withBoot(async (booted) => {
      const request = await granted(await session(booted))
      await ask(booted, announcement(request))
      await sendPart(booted, accounts, 0)
      expect(await ask(booted, request)).toMatchObject({ answer: "error", code: "phase-illegal" })
    }))

  it("takes none of one proposal's data any more when another one is staged", () =>
    withBoot(async (booted) => {
      const evidence = await session(booted)
      const [first, second] = [await granted(evidence), await granted(evidence, { proposal: { sequence: 2 } })]
      await ask(booted, announcement(first))
      const [bytes = new Uint8Array()] = accounts.parts
      const half = Math.floor(bytes.length / 2)
      const { promise: restaged, resolve: goOn } = Promise.withResolvers<void>()
      async function* slowly() {
        yield bytes.subarray(0, half)
        await restaged
        yield bytes.subarray(half)
      }
      const announced = { bytes: bytes.length, index: 0, manifest: accounts.digest, op: "part" } as const
      const late = booted.runs.part(announced, slowly(), 60_000)
      expect(await ask(booted, announcement(second))).toEqual({ answer: "accepted" })
      goOn()
      expect(await late).toMatchObject({ answer: "error", code: "phase-illegal" })
    }))

  it("starts a process again that was killed while it waited", () =>
    withBoot(async (booted) => {
      const request = await granted(await session(booted))
      await stage(booted, request, [accounts, persons])
      const waiting = await childrenOf(booted.pid)
      expect(waiting.length).toBe(3)
      for (const pid of waiting) process.kill(pid, "SIGKILL")
      while ((await childrenOf(booted.pid)).length > 0) await sleep(20)
      expect(await ask(booted, request)).toMatchObject({ answer: "released" })
    }))

  it("leaves the enclave free to answer nonces, which do not cost the refusal of a run that fails", async () => {
    const sealed = await run.seal("accounts", accountsSql({ more: ", 1 AS more" }))
    await withBoot(async (booted) => {
      const request = await granted(await session(booted), {}, [sealed, persons])
      await stage(booted, request, [sealed, persons])
      let running = true
      let answered = 0
      const outcome = booted.runs.request(request, 60_000).finally(() => {
        running = false
      })
      const nonce = toBase64url(new Uint8Array(32))
      const polling = (async () => {
        while (running) {
          const { answer } = await booted.client.request({ nonce, op: "attest" }, 60_000)
          if (answer === "session") answered++
        }
      })().catch(() => undefined)
      await expectInvalid(refusalOf(await outcome), "4 columns, the contract has 3")
      await polling
      expect(answered).toBeGreaterThan(0)
    })
  })

  it("that takes longer than the contract allows is refused, and nobody is blamed", async () => {
    const hurried = await SignedRun.create(({ limits }) => {
      limits.runSeconds = 10
    })
    const sealed = [await hurried.seal("accounts", accountsSql()), await hurried.seal("persons", PERSONS_SQL)]
    const booted = await hurried.boot(root)
    const request = await hurried.granted(await session(booted), sealed)
    await stage(booted, request, sealed)
    // The host may stop what it likes: here every process that would work on the data.
    for (const pid of await childrenOf(booted.pid)) process.kill(pid, "SIGSTOP")
    expect(refusalOf(await ask(booted, request))).toMatchObject({ details: null, party: null, reason: "run-refused" })
    await booted.ended
  })
})

async function childrenOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8")
  return children.split(" ").filter(Boolean).map(Number)
}

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
    const request = await old.granted(await session(booted), sealed)
    expect(await ask(booted, request)).toMatchObject({ answer: "error", code: "contract-expired" })
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
