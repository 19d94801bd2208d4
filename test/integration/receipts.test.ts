import { createHash } from "node:crypto"
import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeRoot } from "../../attestation-fixtures/software-nsm/chain.ts"
import type { EnclaveBoot } from "../../host/enclave/boot.ts"
import { fromHex, toBase64url } from "../../shared/bytes.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import type { Bundle } from "../../shared/protocol/bundle.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import { simulatedMeasurements } from "../../verifier/cli/image/simulated.ts"
import { histories } from "../../verifier/receipt/history.ts"
import { verifyBundle } from "../../verifier/receipt/verify.ts"
import {
  accountsSql,
  PERSONS_SQL,
  release,
  type Sealed,
  SignedRun,
  session,
  softwareRoot,
} from "../support/signed-run.ts"

let root: string
let anchor: string
let run: SignedRun
let sealed: readonly Sealed[]
let live: SessionEvidence
/** One run, the next one of the same boot, and the first one once more in another boot: a host that forks. */
let first: Bundle
let next: Bundle
let elsewhere: Bundle

beforeAll(async () => {
  root = await softwareRoot()
  const made = JSON.parse(await readFile(join(root, "root.json"), "utf8")) as Record<string, string>
  const { certificate } = makeRoot(fromHex(made.seed ?? ""), new Date(made.created ?? ""))
  anchor = createHash("sha256").update(certificate).digest("hex")
  const { pcr0, pcr1, pcr2 } = await simulatedMeasurements()
  run = await SignedRun.create(({ evidence }) => {
    evidence.images = [{ label: "simulated", pcr0, pcr1, pcr2 }]
    evidence.trustAnchor = { certificate: toBase64url(certificate), name: "test", sha256: anchor, simulated: true }
  })
  sealed = [await run.seal("accounts", accountsSql()), await run.seal("persons", PERSONS_SQL)]
  const booted = await run.boot(root)
  live = await session(booted)
  first = await bundleOf(booted, 1)
  next = await bundleOf(booted, 2)
  await booted.stop()
  const other = await run.boot(root)
  elsewhere = await bundleOf(other, 1)
  await other.stop()
})

afterAll(() => rm(root, { force: true, recursive: true }))

async function bundleOf(booted: EnclaveBoot, sequence: number): Promise<Bundle> {
  const begun = await run.granted(await session(booted), sealed, { proposal: { sequence } })
  return (await release(booted, begun, sealed)).bundle
}

const verified = (bundle: object, acceptedRoots: readonly string[] = [anchor]) =>
  verifyBundle({ acceptedRoots, bytes: canonicalBytes(bundle) })

describe("a bundle", () => {
  it("as the enclave wrote it verifies, and has no budget to spend", async () => {
    const { receipt, simulated } = await verified(first)
    expect(simulated).toBe(true)
    expect(receipt.predicate).toMatchObject({ previous: null, sequence: 1, spend: null })
  })

  it("under a simulator's root that nobody accepted is refused", async () => {
    await expect(verified(first, [])).rejects.toMatchObject({ code: "anchor-not-accepted" })
  })

  const attacks: Readonly<Record<string, readonly [() => object, string]>> = {
    "a signature less under the contract": [
      () => ({ ...first, contract: first.contract.slice(1) }),
      "contract-signature-missing",
    ],
    "an unknown member": [() => ({ ...first, more: 1 }), "json-schema"],
    "one grant twice": [() => ({ ...first, grants: [...first.grants, ...first.grants.slice(0, 1)] }), "jws-malformed"],
    "one grant less": [() => ({ ...first, grants: first.grants.slice(1) }), "jws-unknown-key"],
    "one manifest less": [() => ({ ...first, manifests: first.manifests.slice(1) }), "receipt-invalid"],
    "the evidence of a live session": [() => ({ ...first, evidence: live }), "nonce-mismatch"],
    "the evidence of the next receipt": [() => ({ ...first, evidence: next.evidence }), "user-data-mismatch"],
    "the grants to another boot": [() => ({ ...first, grants: elsewhere.grants }), "proposal-mismatch"],
    "the next proposal": [() => ({ ...first, proposal: next.proposal }), "proposal-mismatch"],
    "the receipt of another boot": [() => ({ ...first, receipt: elsewhere.receipt }), "jws-unknown-key"],
    "the receipt of another boot and its evidence": [
      () => ({ ...first, evidence: elsewhere.evidence, receipt: elsewhere.receipt }),
      "receipt-invalid",
    ],
    "the receipt of the next run and its evidence": [
      () => ({ ...first, evidence: next.evidence, receipt: next.receipt }),
      "receipt-invalid",
    ],
    "the signature under another receipt": [
      () => ({ ...first, receipt: { ...first.receipt, signature: elsewhere.receipt.signature } }),
      "jws-signature-invalid",
    ],
  }
  for (const [name, [attack, code]] of Object.entries(attacks)) {
    it(`with ${name} is refused: ${code}`, async () => {
      await expect(verified(attack())).rejects.toMatchObject({ code })
    })
  }
})

describe("receipts of one contract", () => {
  it("show that the host let two boots run, and kept each run's receipt from the next", async () => {
    const receipts = await Promise.all([first, next, elsewhere].map((bundle) => verified(bundle)))
    expect(histories(receipts).map(({ findings }) => findings)).toEqual([
      ["3 receipts follow the beginning", "sequence 1 has more than one receipt"],
    ])
  })
})
