import { fromHex, toBase64url } from "../../shared/bytes.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import type { JwsObject } from "../../shared/signed/jws-object.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { type BootOptions, bootEnclave, type EnclaveBoot } from "./boot.ts"
import type { EnclaveClient } from "./client.ts"
import { enclaveFault } from "./fault.ts"

const ANSWER_MS = 60_000
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000

/** An enclave that has taken the contract, with the key that grants name. */
interface Session {
  readonly boot: EnclaveBoot
  /** Thumbprint of the boot's encryption key: grants that name another are dead. */
  readonly encryptionKey: string
}

/** Keeps one contract's enclave running: starts it, opens the contract, and after a crash waits longer each time. */
export class Supervisor {
  readonly #contract: string
  readonly #options: BootOptions
  #session: Session | null = null
  #failures = 0
  #retryAt = 0
  boots = 0

  constructor(contract: string, options: BootOptions) {
    this.#contract = contract
    this.#options = options
  }

  get client(): EnclaveClient | null {
    return this.#session?.boot.client ?? null
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
    if (this.#session === null) throw new ParleyError("enclave-unreachable", "there is no enclave at present")
    return attest(this.#session.boot, nonce)
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

  async #start(contract: readonly JwsObject[]): Promise<void> {
    const boot = await bootEnclave(this.#options)
    this.boots++
    try {
      const opened = await boot.client.request({ contract: [...contract], op: "open" }, ANSWER_MS)
      if (opened.answer !== "accepted") throw enclaveFault(opened)
      const { encryptionKey } = await attest(boot, "00".repeat(32))
      this.#session = { boot, encryptionKey: keyId(encryptionKey) }
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

async function attest({ client }: EnclaveBoot, nonce: string): Promise<SessionEvidence> {
  const answer = await client.request({ nonce: toBase64url(fromHex(nonce)), op: "attest" }, ANSWER_MS)
  if (answer.answer === "session") return answer.session
  throw enclaveFault(answer)
}
