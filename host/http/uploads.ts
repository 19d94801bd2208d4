import { rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { Server } from "@tus/server"
import type { Request, Response } from "express"
import { ParleyError } from "../../shared/errors/index.ts"
import { FAULT_HEADER } from "../../shared/http/request.ts"
import { checkSchema } from "../../shared/json/canonical.ts"
import type { Admissions } from "../config/admissions.ts"
import type { Log } from "../log/log.ts"
import type { RoomRegistry } from "../room/registry.ts"
import type { Usage } from "../room/usage.ts"
import type { Disk } from "../storage/disk.ts"
import { failureCode } from "../storage/disk-full.ts"
import { faultBody, publicFault } from "./fault.ts"
import { GivenMetadata, KeptMetadata, type OpenUploads } from "./open-uploads.ts"
import { ROUTES } from "./openapi.ts"
import { type PartTarget, partTarget, requireSize, takePart } from "./part-target.ts"
import type { Readiness } from "./readiness.ts"
import { accessKeyOf, type SignedHeaders, type TusFault, uploadFault } from "./upload-faults.ts"
import { UploadStore } from "./upload-store.ts"

/** What takes uploads, and what they are held against. */
export interface UploadOptions {
  readonly admissions: Admissions
  readonly disk: Disk
  readonly log: Log
  readonly open: OpenUploads
  readonly readiness: Readiness
  readonly rooms: RoomRegistry
  readonly usage: Usage
  /** Uploads that one party may have open. */
  readonly most: number
}

/** An upload that has come in whole and is not in its place yet. */
interface WholeUpload {
  readonly id: string
  readonly bytes: number
  readonly metadata: KeptMetadata
}

/** Resumable uploads of ciphertext (tus 1.0). A finished part must be the one that its owner's manifest names. */
export class PartUploads {
  readonly #options: UploadOptions
  readonly #server: Server
  #beginning: Promise<unknown> = Promise.resolve()
  readonly #finishing = new Map<string, Promise<void>>()

  constructor(options: UploadOptions) {
    this.#options = options
    this.#server = new Server({
      datastore: new UploadStore(options.open.directory),
      onResponseError: (request, fault) => this.#answerTo(request, fault),
      onUploadCreate: async (request, { metadata, size }) => {
        const given = checkSchema(metadata ?? {}, GivenMetadata)
        const target = await partTarget(options.rooms, accessKeyOf(request), given)
        requireSize(target, size)
        await this.#requireRoom(target)
        await options.open.dropOthers(target)
        return { metadata: { ...given, party: target.party } }
      },
      onUploadFinish: async (request, { id, metadata }) => {
        await this.#finish(id, metadata, accessKeyOf(request))
        return {}
      },
      path: ROUTES.upload.path,
      relativeLocation: true,
      respectForwardedHeaders: false,
    })
  }

  /** Begins one upload after the other: two at the same moment would pass the quota, and the disk's reserve, together. */
  begin(request: Request, response: Response): Promise<void> {
    if (Number(request.get("content-length") ?? 0) > 0 || request.get("transfer-encoding") !== undefined)
      throw new ParleyError("host-refused", "an upload begins without a body")
    this.#options.readiness.requireTaking()
    const begun = this.#beginning.then(() => this.#server.handle(request, response))
    this.#beginning = begun.catch(() => undefined)
    return begun
  }

  async go(request: Request, response: Response): Promise<void> {
    await this.#server.handle(request, response)
  }

  /**
   * How far an upload has come. One that is whole and was not put in its place, since the disk was full or the host was
   * killed just then, is put there now: its owner would else be told that it is done.
   */
  async offset(request: Request, response: Response): Promise<void> {
    const whole = await this.#whole(String(request.params.upload))
    if (whole === null) return this.go(request, response)
    try {
      await this.#finish(whole.id, whole.metadata, String(response.locals.accessKey))
    } catch (cause) {
      // Locked, to a client, is the one answer to which it does not begin anew.
      this.#log(request.method, String(response.locals.party), cause)
      response.status(423).set(FAULT_HEADER, publicFault(cause).code).end()
      return
    }
    const bytes = String(whole.bytes)
    response.set({ "cache-control": "no-store", "tus-resumable": "1.0.0" })
    response.set({ "upload-length": bytes, "upload-offset": bytes }).status(200).end()
  }

  /** An upload of which nothing is missing; also one that is being put in its place just now. */
  async #whole(id: string): Promise<WholeUpload | null> {
    const { open } = this.#options
    const found = (await open.list()).find((upload) => upload.id === id)
    if (found === undefined) return null
    const { bytes, contract, manifest, part, party } = found
    const size = await stat(join(open.directory, id)).then(
      (file) => file.size,
      () => null,
    )
    const whole = size === bytes || this.#finishing.has(id)
    return whole ? { bytes, id, metadata: { contract, manifest, part: String(part), party } } : null
  }

  /** A party that asks again while a part is being checked waits for the same check. */
  #finish(id: string, metadata: unknown, accessKey: string): Promise<void> {
    const before = this.#finishing.get(id)
    if (before !== undefined) return before
    const finished = this.#take(id, metadata, accessKey).finally(() => this.#finishing.delete(id))
    this.#finishing.set(id, finished)
    return finished
  }

  async #take(id: string, metadata: unknown, accessKey: string): Promise<void> {
    const { log, open, rooms } = this.#options
    const { party: _, ...given } = checkSchema(metadata ?? {}, KeptMetadata)
    const target = await partTarget(rooms, accessKey, given)
    await takePart(join(open.directory, id), target)
    await rm(join(open.directory, `${id}.json`), { force: true })
    const { contract, manifest, part, party } = target
    log.info("part-stored", { contract, manifest, part, party })
  }

  /** Within the party's quota, and the disk holds it beside what other uploads will still bring. */
  async #requireRoom(target: PartTarget): Promise<void> {
    const { disk, most, open, usage } = this.#options
    if ((await open.count(target)) >= most)
      throw new ParleyError("quota-exceeded", `${target.party} has ${most} unfinished uploads here, at most`)
    await usage.requireLeft(target.party, (await usage.isStored(target)) ? target.bytes : 0)
    await disk.requireRoom((await open.outstanding(target)) + target.bytes)
  }

  async #answerTo(request: SignedHeaders & { readonly method: string }, fault: TusFault) {
    const { error, status } = uploadFault(fault)
    const card = await this.#options.admissions.byAccessKey(accessKeyOf(request))
    this.#log(request.method, card?.name ?? "", error)
    return { body: JSON.stringify(faultBody(error)), status_code: status }
  }

  #log(method: string, party: string, cause: unknown): void {
    this.#options.log.warn("request-refused", { code: failureCode(cause), method, party })
  }
}
