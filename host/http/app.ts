import { join } from "node:path"
import express, { type Express, type Request, type RequestHandler, type Response } from "express"
import helmet from "helmet"
import * as z from "zod"
import { ParleyError } from "../../shared/errors/index.ts"
import { parseLoose } from "../../shared/json/canonical.ts"
import { ROOM } from "../../shared/room/layout.ts"
import { SEALED_KINDS } from "../../shared/signed/jwe.ts"
import { listFiles, readCapped } from "../../verifier/cli/files.ts"
import { Admissions } from "../config/admissions.ts"
import type { HostConfig } from "../config/config.ts"
import type { Log } from "../log/log.ts"
import type { RoomRegistry } from "../room/registry.ts"
import { READABLE, storeObject } from "../room/store-object.ts"
import { Usage } from "../room/usage.ts"
import type { Disk } from "../storage/disk.ts"
import { RequestJudge } from "./auth.ts"
import { faultHandler } from "./fault.ts"
import { Metrics } from "./metrics.ts"
import { OpenUploads } from "./open-uploads.ts"
import { openApiDocument, ROUTES } from "./openapi.ts"
import type { Readiness } from "./readiness.ts"
import { PartUploads } from "./uploads.ts"

const MAX_BODY_BYTES = 8 * 1024 * 1024
const NonceBody = z.strictObject({ nonce: z.string().regex(/^[0-9a-f]{64}$/) })

/** What the app serves. */
export interface AppOptions {
  readonly data: string
  readonly config: HostConfig
  readonly rooms: RoomRegistry
  readonly log: Log
  readonly readiness: Readiness
  readonly disk: Disk
  /** Origins that requests may be signed for; known once the port is. */
  readonly origins: () => ReadonlySet<string>
}

/** The host's HTTP side. It stores and relays; nothing that it says is believed by anybody. */
export function hostApp(options: AppOptions): Express {
  const { config, data, log, rooms } = options
  const app = express()
  app.set("trust proxy", config.trustedProxies)
  app.disable("x-powered-by")
  app.use(helmet())
  const metrics = new Metrics({ disk: options.disk, enclaves: () => rooms.enclaves, runs: () => rooms.runs })
  app.use((request, response, next) => {
    response.once("finish", () => metrics.requests.inc({ method: request.method, status: String(response.statusCode) }))
    next()
  })
  const admissions = new Admissions(data)
  const judge = new RequestJudge(admissions, options.origins, config.limits)
  publicRoutes(app, options, metrics, judge)
  const open = new OpenUploads(data, config.limits.uploadHours)
  const usage = new Usage(data, config.limits.bytesPerParty, () => open.list())
  uploadRoutes(
    app,
    new PartUploads({ ...options, admissions, most: config.limits.uploadsPerParty, open, usage }),
    judge,
  )
  app.use("/v1", judge.header(), express.raw({ limit: MAX_BODY_BYTES, type: () => true }), judge.body())
  contractRoutes(app, options, usage)
  app.use(judge.unsigned(), (_request, _response, next) => next(new ParleyError("not-found", "no such route")))
  app.use(faultHandler(log))
  return app
}

function publicRoutes(app: Express, { disk, readiness }: AppOptions, metrics: Metrics, judge: RequestJudge): void {
  const limit = judge.unsigned()
  app.get(ROUTES.health.path, limit, (_request, response) => void response.json({ status: "ok" }))
  app.get(ROUTES.ready.path, limit, async (_request, response) => {
    const status = await readiness.state()
    // A host without room for uploads still serves everything else.
    const uploads = status !== "ready" ? "refused" : (await disk.state()).low ? "disk-low" : "taken"
    response.status(status === "ready" ? 200 : 503).json({ status, uploads })
  })
  app.get(ROUTES.openapi.path, limit, (_request, response) => void response.json(openApiDocument()))
  app.get(ROUTES.metrics.path, limit, async (_request, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

/** Upload bodies are streamed: their bytes are held against the manifest's digest instead. */
function uploadRoutes(app: Express, uploads: PartUploads, judge: RequestJudge): void {
  const judged = [judge.header(), judge.body()]
  const go: RequestHandler = (request, response) => uploads.go(request, response)
  app.post(ROUTES.upload.path, judged, (request: Request, response: Response) => uploads.begin(request, response))
  app.head(ROUTES.uploadOffset.path, judged, (request: Request, response: Response) =>
    uploads.offset(request, response),
  )
  app.patch(ROUTES.uploadSend.path, judged, go)
  app.delete(ROUTES.uploadDrop.path, judged, go)
}

function contractRoutes(app: Express, options: AppOptions, usage: Usage): void {
  const { config, disk, log, readiness, rooms } = options
  const accessKey = (response: Response) => String(response.locals.accessKey)
  app.get(ROUTES.contract.path, async (request, response) => {
    const contract = digestOf(request)
    await rooms.contractFor(contract, accessKey(response))
    await sendFile(response, join(rooms.folder(contract), ROOM.contract))
  })
  app.put(ROUTES.create.path, async (request, response) => {
    readiness.requireTaking()
    await disk.requireRoom(0)
    await rooms.create(digestOf(request), bodyOf(request), accessKey(response))
    response.status(201).json({ stored: true })
  })
  app.post(ROUTES.session.path, async (request, response) => {
    const contract = digestOf(request)
    await rooms.contractFor(contract, accessKey(response))
    // A grant to an enclave that is about to go would be made in vain.
    readiness.requireTaking()
    const { nonce } = parseLoose(bodyOf(request), NonceBody, 1024)
    response.json(await rooms.service(contract).attest(nonce))
  })
  app.get(ROUTES.list.path, async (request, response) => {
    const contract = digestOf(request)
    await rooms.contractFor(contract, accessKey(response))
    response.json({ names: await listFiles(join(rooms.folder(contract), folderOf(request))) })
  })
  app.get(ROUTES.object.path, async (request, response) => {
    const contract = digestOf(request)
    await rooms.contractFor(contract, accessKey(response))
    await sendFile(response, join(rooms.folder(contract), folderOf(request), nameOf(request)))
  })
  app.put(ROUTES.store.path, async (request, response) => {
    const digest = digestOf(request)
    const contract = await rooms.contractFor(digest, accessKey(response))
    const folder = folderOf(request)
    if (folder === ROOM.proposals) readiness.requireTaking()
    const mostObjects = config.limits.objectsPerRoom
    const outcome = await storeObject(
      { contract, digest, mostObjects, room: rooms.folder(digest), usage },
      { bytes: bodyOf(request), folder, name: nameOf(request) },
    )
    if (outcome === "created") {
      log.info("object-stored", { contract: digest, folder, party: String(response.locals.party) })
      rooms.look(digest)
    }
    response.status(outcome === "created" ? 201 : 200).json({ stored: outcome === "created" })
  })
}

function digestOf(request: Request): string {
  const { contract } = request.params
  if (typeof contract === "string" && /^[0-9a-f]{64}$/.test(contract)) return contract
  throw new ParleyError("not-found", "no such contract for this party")
}

/** Only folders that parties share; a name cannot leave its folder. */
function folderOf(request: Request): string {
  const { folder } = request.params
  if (typeof folder === "string" && READABLE.includes(folder)) return folder
  throw new ParleyError("not-found", "no such folder")
}

function nameOf(request: Request): string {
  const { name } = request.params
  if (typeof name === "string" && /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,200}$/.test(name)) return name
  throw new ParleyError("not-found", "no such object")
}

function bodyOf(request: Request): Uint8Array {
  const body: unknown = request.body
  return Buffer.isBuffer(body) ? new Uint8Array(body) : new Uint8Array()
}

async function sendFile(response: Response, path: string): Promise<void> {
  const bytes = await readCapped(path, SEALED_KINDS.result.maxBytes)
  if (bytes === null) throw new ParleyError("not-found", "no such object")
  response.type("application/octet-stream").send(Buffer.from(bytes))
}
