import { rm } from "node:fs/promises"
import { join } from "node:path"
import { fromHex, toBase64url } from "../../shared/bytes.ts"
import type { ContractInForce } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { requiredGranters } from "../../shared/protocol/granters.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import { challengePath, ROOM, sessionPath } from "../../shared/room/layout.ts"
import { jwsObject } from "../../shared/signed/jws-object.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { roomFolder, writeAtomically } from "../../verifier/cli/files.ts"
import { roomContractInForce, roomSignatures } from "../../verifier/room/contract.ts"
import { roomBundle, roomCancellations, roomGrants, roomManifests, roomProposals } from "../../verifier/room/objects.ts"
import { type BootOptions, bootEnclave, type EnclaveBoot } from "../enclave/boot.ts"
import { type RunnableProposal, runProposal } from "./run-proposal.ts"

const ANSWER_MS = 60_000
const CHANGING = [ROOM.contractSignatures, ROOM.proposals, ROOM.grants, ROOM.manifests, ROOM.cancellations] as const

/** One contract's room on this host, with the enclave that serves it. Its state is the room's files and nothing else. */
export class RoomService {
  readonly #folder: string
  readonly #options: BootOptions
  #boot: EnclaveBoot | null = null
  #session: SessionEvidence | null = null
  #seen = ""
  #turn: Promise<unknown> = Promise.resolve()
  readonly #failed = new Set<string>()
  runs = 0

  constructor(folder: string, options: BootOptions) {
    this.#folder = folder
    this.#options = options
  }

  /** Whether an enclave serves the contract at present. */
  get ready(): boolean {
    return this.#boot !== null
  }

  /** Looks at the room once: answers challenges, runs what every party has granted. */
  tick(): Promise<void> {
    return this.#inTurn(async () => {
      const files = roomFolder(this.#folder)
      const challenges = await files.list(ROOM.challenges)
      const seen = JSON.stringify(await Promise.all(CHANGING.map((folder) => files.list(folder))))
      if (challenges.length === 0 && seen === this.#seen && this.#boot !== null) return
      const inForce = await this.#inForce()
      if (inForce === null) return
      await this.#booted(inForce)
      for (const nonce of challenges) await this.#answerFile(inForce, nonce)
      await this.#runAll(inForce)
      this.#seen = seen
    })
  }

  /** Answers a nonce; boots the enclave first when there is none. */
  attest(nonce: string): Promise<SessionEvidence> {
    return this.#inTurn(async () => {
      const inForce = await this.#inForce()
      if (inForce === null) throw new ParleyError("enclave-unreachable", "the contract is not in force yet")
      return this.#attest(await this.#booted(inForce), nonce)
    })
  }

  async stop(): Promise<void> {
    await this.#turn
    await this.#boot?.stop()
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => undefined)
    return result
  }

  async #inForce(): Promise<ContractInForce | null> {
    try {
      return await roomContractInForce(roomFolder(this.#folder))
    } catch (cause) {
      if (
        cause instanceof ParleyError &&
        (cause.code === "contract-signature-missing" || cause.code === "file-missing")
      )
        return null
      throw cause
    }
  }

  /** A new boot has new keys: grants to the one before are dead, and the parties grant again. */
  async #booted(inForce: ContractInForce): Promise<EnclaveBoot> {
    if (this.#boot !== null) return this.#boot
    const boot = await bootEnclave(this.#options)
    const contract = (await roomSignatures(roomFolder(this.#folder), inForce.digest)).map(jwsObject)
    const opened = await boot.client.request({ contract, op: "open" }, ANSWER_MS)
    if (opened.answer !== "accepted") {
      await boot.stop()
      throw new ParleyError(
        "query-refused",
        opened.answer === "error" ? opened.message : "the enclave does not take the contract",
      )
    }
    this.#session = await this.#attest(boot, "00".repeat(32))
    this.#boot = boot
    this.#seen = ""
    this.#options.log.info("contract-opened", { contract: inForce.digest })
    void boot.ended.then(() => {
      this.#options.log.warn("enclave-ended", { contract: inForce.digest })
      if (this.#boot === boot) this.#boot = null
    })
    return boot
  }

  async #attest({ client }: EnclaveBoot, nonce: string): Promise<SessionEvidence> {
    const answer = await client.request({ nonce: toBase64url(fromHex(nonce)), op: "attest" }, ANSWER_MS)
    if (answer.answer === "session") return answer.session
    throw new ParleyError("enclave-unreachable", answer.answer === "error" ? answer.message : "no attestation document")
  }

  async #answerFile(inForce: ContractInForce, nonce: string): Promise<void> {
    if (/^[0-9a-f]{64}$/.test(nonce) && this.#boot !== null) {
      const session = await this.#attest(this.#boot, nonce)
      await writeAtomically(join(this.#folder, sessionPath(nonce)), canonicalBytes(session))
      this.#options.log.info("challenge-answered", { contract: inForce.digest })
    }
    await rm(join(this.#folder, challengePath(nonce)), { force: true })
  }

  async #runAll(inForce: ContractInForce): Promise<void> {
    for (const run of await this.#runnable(inForce)) {
      const attempt = [run.proposal.digest, ...run.grants.map(({ digest }) => digest)].join()
      if (this.#boot === null || this.#failed.has(attempt)) continue
      await this.#runOne(inForce, this.#boot, run).catch((cause: unknown) => {
        this.#failed.add(attempt)
        const code = cause instanceof ParleyError ? cause.code : "internal"
        this.#options.log.warn("run-failed", { code, contract: inForce.digest, proposal: run.proposal.digest })
      })
    }
  }

  async #runOne({ digest: contract }: ContractInForce, { client }: EnclaveBoot, run: RunnableProposal): Promise<void> {
    const proposal = run.proposal.digest
    this.#options.log.info("run-begun", { contract, proposal })
    const outcome = await runProposal(client, this.#folder, run)
    this.runs++
    this.#options.log.info(outcome === "released" ? "run-released" : "run-refused", { contract, proposal })
    // A boot that refused has wiped itself.
    if (outcome === "refused") this.#boot = null
  }

  /** Proposals without a receipt that every party has granted to this boot, by sequence. */
  async #runnable(inForce: ContractInForce): Promise<readonly RunnableProposal[]> {
    const files = roomFolder(this.#folder)
    const [proposals, grants, manifests, cancelled] = await Promise.all([
      roomProposals(files, inForce),
      roomGrants(files, inForce),
      roomManifests(files, inForce),
      roomCancellations(files, inForce),
    ])
    const encryptionKey = this.#session === null ? "" : keyId(this.#session.encryptionKey)
    const runnable: RunnableProposal[] = []
    for (const proposal of proposals.objects.toSorted((a, b) => a.payload.sequence - b.payload.sequence)) {
      if (cancelled.objects.some(({ payload }) => payload.proposal === proposal.digest)) continue
      const own = grants.objects.filter(
        ({ complete, grant }) =>
          complete && grant.proposal === proposal.digest && grant.session.encryptionKey === encryptionKey,
      )
      const granted = new Set(own.map(({ grant }) => grant.party))
      const named = proposal.payload.manifests.flatMap(
        ({ manifest }) => manifests.objects.find(({ digest }) => digest === manifest) ?? [],
      )
      const complete =
        requiredGranters(inForce.contract).every((party) => granted.has(party)) &&
        named.length === proposal.payload.manifests.length
      if (!complete || (await roomBundle(files, proposal.digest)) !== null) continue
      runnable.push({ grants: own, manifests: named, proposal, runSeconds: inForce.contract.limits.runSeconds })
    }
    return runnable
  }
}
