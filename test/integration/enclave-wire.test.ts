import { execFile } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { bootEnclave, type EnclaveBoot } from "../../host/enclave/boot.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import { keyId, publicPart } from "../../shared/signed/keys.ts"
import type { EnclaveRequest } from "../../shared/wire/messages.ts"
import { testContract } from "../support/contract.ts"
import { testKey } from "../support/keys.ts"

const MAKE_ROOT = new URL("../../attestation-fixtures/software-nsm/make-root.ts", import.meta.url).pathname
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-wire-"))
  await new Promise((resolve) => execFile(process.execPath, [MAKE_ROOT, "--out", folder], resolve))
})

afterAll(() => rm(folder, { force: true, recursive: true }))

/** A contract with all its signatures, by keys made for it. */
async function signedContract(title: string) {
  const contract: Contract = { ...(await testContract()), title }
  const keys = await Promise.all(contract.parties.map(() => testKey()))
  for (const [index, party] of contract.parties.entries()) {
    const key = keys[index]
    const [signing] = party.card.signingKeys
    if (key === undefined || signing === undefined) throw new Error("no key")
    signing.jwk = publicPart(key)
    const approval = { keys: [keyId(publicPart(key))], required: 1 }
    party.approvals = { contract: approval, grant: approval }
  }
  return Promise.all(keys.map(async (key) => jwsObject(await signJws("contract", contract, key))))
}

const boot = () => bootEnclave({ log: { info: () => undefined, warn: () => undefined }, root: folder, timings: false })

async function withBoot(work: (booted: EnclaveBoot) => Promise<void>): Promise<void> {
  const booted = await boot()
  try {
    await work(booted)
  } finally {
    await booted.stop()
  }
}

describe("one boot of the enclave", () => {
  it("takes one of two contracts that are raced into it", () =>
    withBoot(async ({ client }) => {
      const [first, second] = await Promise.all([signedContract("one"), signedContract("two")])
      const answers = await Promise.all([
        client.request({ contract: first, op: "open" }, 60_000),
        client.request({ contract: second, op: "open" }, 60_000),
      ])
      expect(answers.map(({ answer }) => answer)).toEqual(["accepted", "error"])
      expect(answers[1]).toMatchObject({ code: "contract-slot-taken" })
    }))

  it("refuses a contract that lacks a signature, and ends", () =>
    withBoot(async ({ client, ended }) => {
      const [first] = await signedContract("one")
      if (first === undefined) throw new Error("no signature")
      expect(await client.request({ contract: [first], op: "open" }, 60_000)).toMatchObject({
        code: "contract-signature-missing",
      })
      await ended
    }))

  it("attests nothing before it has a contract, and takes nothing out of turn", () =>
    withBoot(async ({ client }) => {
      const nonce = "A".repeat(43)
      const requests: readonly EnclaveRequest[] = [
        { nonce, op: "attest" },
        { manifests: [], op: "stage", proposal: [] },
        { grants: [], manifests: [], op: "run", proposal: [] },
      ]
      for (const op of requests) {
        expect(await client.request(op, 60_000)).toMatchObject({ answer: "error", code: "phase-illegal" })
      }
    }))

  it("survives garbage, 4 GiB lengths and half frames", () =>
    withBoot(async ({ client, path }) => {
      const garbage = [
        Buffer.from("GET / HTTP/1.1\r\n\r\n"),
        Buffer.from([0xff, 0xff, 0xff, 0xff, 1]),
        Buffer.from([0, 0, 0, 9, 1, 123]),
      ]
      for (const bytes of garbage) {
        await new Promise<void>((resolve) => {
          const socket = connect(path, () => socket.end(bytes))
          socket.on("error", () => undefined)
          socket.on("close", () => resolve())
          socket.resume()
        })
      }
      expect(await client.request({ nonce: "A".repeat(43), op: "attest" }, 60_000)).toMatchObject({
        code: "phase-illegal",
      })
    }))
})
