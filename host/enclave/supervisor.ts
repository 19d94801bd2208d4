import { fromHex, toBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import type { JwsObject } from "../../shared/signed/jws-object.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { type RunAnswer, type RunnableProposal, runProposal } from "../room/run-proposal.ts"
import { type PreparedProposal, stageProposal } from "../room/stage-proposal.ts"
import { type BootOptions, bootEnclave, type EnclaveBoot } from "./boot.ts"
import { enclaveFault } from "./fault.ts"

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000

/** An enclave that has taken the contract, with the key that grants name. */
interface Session {
  readonly boot: EnclaveBoot
  /** Thumbprint of the boot's encryption key: grants that name another are dead. */
  readonly encryptionKey: string
  /** Digest of the proposal whose ciphertext lies in the enclave. */
  staged: string | null
}

export interface SupervisorOptions extends BootOptions {
  /** An enclave that neither reads nor answers for so long, in milliseconds, is given up. */
  readonly silenceMs: number
}

/** Keeps one contract's enclave running: starts it, opens the contract, and after a crash waits longer each time. */
export class Supervisor {
  readonly #contract: string
  readonly #options: SupervisorOptions
  #session: Session | null = null
  #failures = 0
  #retryAt = 0
  boots = 0

  constructor(contract: string, options: SupervisorOptions) {
    this.#contract = contract
    this.#options = options
  }

  get running(): boolean {
    return this.#session !== null
  }

  get encryptionKey(): string | null {
    return this.#session?.encryptionKey ?? null
  }

  get pid(): number | null {
    return this.#session?.boot.pid ?? null
  }

  /** Milliseconds until the next boot may be tried; 0 when it may be tried now. */
  get pauseMs(): number {
    return this.#session === null ? Math.max(0, this.#retryAt - Date.now()) : 0
  }

  /** Boots unless a boot is there. A new boot has new keys: the parties grant again. */
  async start(contract: () => Promise<readonly JwsObject[]>): Promise<void> {
    if (this.#session !== null) return
    if (this.pauseMs > 0) throw new ParleyError("enclave-unreachable", "the enclave is started again in a while")
    try {
      await this.#start(await contract())
    } catch (cause) {
      this.#postpone()
      throw cause
    }
  }

  async attest(nonce: string): Promise<SessionEvidence> {
    return attest(this.#present().boot, nonce, this.#options.silenceMs)
  }

  /** Gives the enclave a proposal's ciphertext, unless it has it already. */
  async stage(folder: string, prepared: PreparedProposal): Promise<void> {
    const session = this.#present()
    const { digest } = prepared.proposal
    if (session.staged === digest) return
    session.staged = null
    await stageProposal(session.boot.runs, folder, prepared, this.#options.silenceMs)
    session.staged = digest
  }

  /** Runs what every party has granted; its ciphertext is staged first if it was not. */
  async run(folder: string, run: RunnableProposal): Promise<RunAnswer> {
    const session = this.#present()
    await this.stage(folder, run)
    const answer = await runProposal(session.boot.runs, run, this.#options.silenceMs)
    session.staged = null
    return answer
  }

  /** After a refusal the boot has wiped itself; that is its duty and no crash. */
  async retire(): Promise<void> {
    const session = this.#session
    this.#session = null
    await session?.boot.stop()
  }

  /** A boot that has carried a run through is sound. */
  succeeded(): void {
    this.#failures = 0
  }

  #present(): Session {
    if (this.#session === null) throw new ParleyError("enclave-unreachable", "there is no enclave at present")
    return this.#session
  }

  async #start(contract: readonly JwsObject[]): Promise<void> {
    const boot = await bootEnclave(this.#options)
    this.boots++
    try {
      const opened = await boot.client.request({ contract: [...contract], op: "open" }, this.#options.silenceMs)
      if (opened.answer !== "accepted") throw enclaveFault(opened)
      const { encryptionKey } = await attest(boot, "00".repeat(32), this.#options.silenceMs)
      this.#session = { boot, encryptionKey: keyId(encryptionKey), staged: null }
    } catch (cause) {
      await boot.stop()
      throw cause
    }
    this.#options.log.info("contract-opened", { contract: this.#contract })
    void boot.ended.then(() => this.#ended(boot))
  }

  #ended(boot: EnclaveBoot): void {
    this.#options.log.warn("enclave-ended", { contract: this.#contract })
    if (this.#session?.boot !== boot) return
    this.#session = null
    this.#postpone()
  }

  #postpone(): void {
    this.#retryAt = Date.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures)
    this.#failures++
  }
}

async function attest({ client }: EnclaveBoot, nonce: string, silenceMs: number): Promise<SessionEvidence> {
  const answer = await client.request({ nonce: toBase64url(fromHex(nonce)), op: "attest" }, silenceMs)
  if (answer.answer === "session") return answer.session
  throw enclaveFault(answer)
}
