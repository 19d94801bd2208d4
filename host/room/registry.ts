import { mkdir, readdir } from "node:fs/promises"
import { join } from "node:path"
import type { Contract } from "../../shared/contract/contract.ts"
import { parseContract } from "../../shared/contract/in-force.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { KINDS, objectDigest } from "../../shared/signed/kinds.ts"
import { readCapped, writeAtomically } from "../../verifier/cli/files.ts"
import { Admissions } from "../config/admissions.ts"
import type { SupervisorOptions } from "../enclave/supervisor.ts"
import type { Log } from "../log/log.ts"
import type { RoomStatus } from "../status/status-file.ts"
import { failureCode } from "../storage/disk-full.ts"
import { RoomService } from "./service.ts"

/** File in a room's folder with the name of the party that opened it; no party reads it. */
const OPENED_BY = ".opened-by"

/** The rooms of this host: one folder for each contract, in the layout that parties use at home. */
export class RoomRegistry {
  readonly #data: string
  readonly #boot: SupervisorOptions
  readonly #log: Log
  readonly #mostRooms: number
  readonly #admissions: Admissions
  readonly #services = new Map<string, RoomService>()
  #creating: Promise<unknown> = Promise.resolve()

  constructor(data: string, boot: SupervisorOptions, mostRooms: number) {
    this.#data = data
    this.#mostRooms = mostRooms
    this.#admissions = new Admissions(data)
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
      if (partyWith(parsed, accessKey) !== null) return parsed
    }
    throw new ParleyError("not-found", "no such contract for this party")
  }

  /** Takes a contract from one of its parties; the room's name is its digest, so nothing can be replaced. */
  create(contract: string, bytes: Uint8Array, accessKey: string): Promise<void> {
    // One after the other: requests at the same time would pass the cap together.
    const created = this.#creating.then(() => this.#create(contract, bytes, accessKey))
    this.#creating = created.catch(() => undefined)
    return created
  }

  async #create(contract: string, bytes: Uint8Array, accessKey: string): Promise<void> {
    const parsed = parseContract(bytes)
    if (objectDigest("contract", bytes) !== contract)
      throw new ParleyError("contract-mismatch", "the path names another contract")
    const opener = partyWith(parsed, accessKey)
    if (opener === null) throw new ParleyError("not-found", "no such contract for this party")
    if ((await readCapped(join(this.folder(contract), ROOM.contract), KINDS.contract.maxBytes)) !== null) return
    await this.#requireAdmitted(parsed)
    await this.#requireRoomLeft(opener)
    await mkdir(this.folder(contract), { recursive: true })
    await writeAtomically(join(this.folder(contract), OPENED_BY), opener)
    await writeAtomically(join(this.folder(contract), ROOM.contract), bytes)
  }

  /** A party could else name others that never came here, or its own keys under another's name, and spend their share. */
  async #requireAdmitted({ parties }: Contract): Promise<void> {
    const missing = await this.#admissions.missing(parties.map(({ card }) => card))
    if (missing.length > 0)
      throw new ParleyError("not-admitted", `not admitted with the contract's card: ${missing.join(", ")}`)
  }

  /** Rooms count for the party that opened them and not for those whom it names. */
  async #requireRoomLeft(opener: string): Promise<void> {
    let opened = 0
    for (const name of await this.#names()) {
      const by = await readCapped(join(this.folder(name), OPENED_BY), 64)
      if (by !== null && new TextDecoder().decode(by) === opener) opened++
    }
    if (opened >= this.#mostRooms)
      throw new ParleyError("quota-exceeded", `${opener} has opened ${opened} rooms, at most ${this.#mostRooms}`)
  }

  async #names(): Promise<readonly string[]> {
    const names = await readdir(join(this.#data, "rooms")).catch(() => [])
    return names.filter((name) => /^[0-9a-f]{64}$/.test(name))
  }

  /** Looks at every room. One room's run holds up no other room, nor does its trouble. */
  async tick(): Promise<void> {
    for (const name of await this.#names()) this.look(name)
  }

  /** Looks at a room now: what has just been stored there may be the last grant. */
  look(contract: string): void {
    this.service(contract)
      .tick()
      .catch((cause: unknown) => {
        this.#log.warn("room-failed", { code: failureCode(cause), contract })
      })
  }

  /** Every room's state, for `parley-host status`. */
  get status(): readonly RoomStatus[] {
    return [...this.#services].map(([contract, service]) => ({ ...service.status, contract }))
  }

  get runs(): number {
    return [...this.#services.values()].reduce((sum, { runs }) => sum + runs, 0)
  }

  get enclaves(): number {
    return [...this.#services.values()].filter(({ ready }) => ready).length
  }

  /** Looks at every room once more and waits: what every party has granted by now is run. */
  async finish(): Promise<void> {
    const rooms = await this.#names()
    await Promise.all(
      rooms.map((contract) =>
        this.service(contract)
          .finish()
          .catch((cause: unknown) => this.#log.warn("room-failed", { code: failureCode(cause), contract })),
      ),
    )
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#services.values()].map((service) => service.stop()))
  }
}

function partyWith({ parties }: Contract, accessKey: string): string | null {
  return parties.find(({ card }) => keyId(card.accessKey) === accessKey)?.card.name ?? null
}
