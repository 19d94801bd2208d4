import { mkdir, readdir } from "node:fs/promises"
import { join } from "node:path"
import type { Contract } from "../../shared/contract/contract.ts"
import { parseContract } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { KINDS, objectDigest } from "../../shared/signed/kinds.ts"
import { readCapped, writeAtomically } from "../../verifier/cli/files.ts"
import type { BootOptions } from "../enclave/boot.ts"
import type { Log } from "../log/log.ts"
import { RoomService } from "./service.ts"

/** The rooms of this host: one folder for each contract, in the layout that parties use at home. */
export class RoomRegistry {
  readonly #data: string
  readonly #boot: BootOptions
  readonly #log: Log
  readonly #services = new Map<string, RoomService>()

  constructor(data: string, boot: BootOptions) {
    this.#data = data
    this.#boot = boot
    this.#log = boot.log
  }

  folder(contract: string): string {
    return join(this.#data, "rooms", contract)
  }

  service(contract: string): RoomService {
    const known = this.#services.get(contract)
    if (known !== undefined) return known
    const service = new RoomService(this.folder(contract), this.#boot)
    this.#services.set(contract, service)
    return service
  }

  /** The contract of a room, for one of its parties. To everybody else there is no such room. */
  async contractFor(contract: string, accessKey: string): Promise<Contract> {
    const bytes = await readCapped(join(this.folder(contract), ROOM.contract), KINDS.contract.maxBytes)
    if (bytes !== null) {
      const parsed = parseContract(bytes)
      if (isParty(parsed, accessKey)) return parsed
    }
    throw new ParleyError("not-found", "no such contract for this party")
  }

  /** Takes a contract from one of its parties; the room's name is its digest, so nothing can be replaced. */
  async create(contract: string, bytes: Uint8Array, accessKey: string): Promise<void> {
    const parsed = parseContract(bytes)
    if (objectDigest("contract", bytes) !== contract)
      throw new ParleyError("contract-mismatch", "the path names another contract")
    if (!isParty(parsed, accessKey)) throw new ParleyError("not-found", "no such contract for this party")
    await mkdir(this.folder(contract), { recursive: true })
    await writeAtomically(join(this.folder(contract), ROOM.contract), bytes)
  }

  /** Looks at every room that is not being looked at. One room's run holds up no other room, nor does its trouble. */
  async tick(): Promise<void> {
    const names = await readdir(join(this.#data, "rooms")).catch(() => [])
    for (const name of names.filter((candidate) => /^[0-9a-f]{64}$/.test(candidate))) {
      const service = this.service(name)
      if (service.busy) continue
      service.tick().catch((cause: unknown) => {
        const code = cause instanceof ParleyError ? cause.code : "internal"
        this.#log.warn("room-failed", { code, contract: name })
      })
    }
  }

  get runs(): number {
    return [...this.#services.values()].reduce((sum, { runs }) => sum + runs, 0)
  }

  get enclaves(): number {
    return [...this.#services.values()].filter(({ ready }) => ready).length
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.stop()))
  }
}

function isParty({ parties }: Contract, accessKey: string): boolean {
  return parties.some(({ card }) => keyId(card.accessKey) === accessKey)
}
