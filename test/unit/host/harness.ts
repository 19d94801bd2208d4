import { createHash, randomBytes } from "node:crypto"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import type { Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Admissions } from "../../../host/config/admissions.ts"
import { defaultConfig, type HostConfig } from "../../../host/config/config.ts"
import { hostOrigins } from "../../../host/config/origins.ts"
import { hostApp } from "../../../host/http/app.ts"
import { listen } from "../../../host/http/listen.ts"
import { Readiness } from "../../../host/http/readiness.ts"
import type { Log } from "../../../host/log/log.ts"
import { RoomRegistry } from "../../../host/room/registry.ts"
import { Disk } from "../../../host/storage/disk.ts"
import { toBase64url } from "../../../shared/bytes.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { SignedRequest } from "../../../shared/http/request.ts"
import { canonicalBytes } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import type { Manifest } from "../../../shared/protocol/manifest.ts"
import { signaturePath } from "../../../shared/room/layout.ts"
import { peekJwsUnverified, signJws } from "../../../shared/signed/jws.ts"
import { keyId, type PrivateJwk, publicPart } from "../../../shared/signed/keys.ts"
import { type Kind, objectDigest } from "../../../shared/signed/kinds.ts"
import { testContract } from "../../support/contract.ts"
import { testKey } from "../../support/keys.ts"

export const SILENT: Log = { info: () => undefined, warn: () => undefined }
const NOW = "2026-06-01T00:00:00Z"

/** Private keys of one party of the test contract. */
interface Keys {
  readonly access: PrivateJwk
  readonly sign: PrivateJwk
}

/** The test contract with parties whose keys the test holds. */
export class Parties {
  readonly contract: Contract
  readonly #keys: ReadonlyMap<string, Keys>

  private constructor(contract: Contract, keys: ReadonlyMap<string, Keys>) {
    this.contract = contract
    this.#keys = keys
  }

  static async create(): Promise<Parties> {
    const contract = await testContract()
    const keys = new Map<string, Keys>()
    for (const { approvals, card } of contract.parties) {
      const [access, sign] = [await testKey(), await testKey()]
      keys.set(card.name, { access, sign })
      card.accessKey = publicPart(access)
      card.signingKeys = [{ holder: "Ada", jwk: publicPart(sign), role: "data-owner" }]
      for (const approval of [approvals.contract, approvals.grant]) approval.keys = [keyId(sign)]
    }
    return new Parties(contract, keys)
  }

  /** The same contract under another digest. */
  variant(title: string): Contract {
    return { ...this.contract, title }
  }

  keys(party: string): Keys {
    const keys = this.#keys.get(party)
    if (keys === undefined) throw new Error(`no ${party}`)
    return keys
  }

  sign(party: string, kind: Kind, payload: unknown): Promise<Uint8Array> {
    return signJws(kind, payload, this.keys(party).sign)
  }
}

export function digestOf(contract: Contract): string {
  return objectDigest("contract", canonicalBytes(contract))
}

/** A manifest of the party's dataset with one part. */
export function manifestOf(contract: Contract, owner: string, bytes: number, version = 1): Manifest {
  const dataset = contract.datasets.find((candidate) => candidate.owner === owner) ?? contract.datasets[0]
  if (dataset === undefined) throw new Error("no dataset")
  const zero = "0".repeat(64)
  return {
    asOf: NOW,
    contract: digestOf(contract),
    dataset: dataset.name,
    format: "parley/manifest/v1",
    keyCommitment: zero,
    lineage: dataset.lineage,
    owner,
    parts: [{ bytes, sha256: zero }],
    rows: 1,
    schema: zero,
    sealedAt: NOW,
    tokenSpec: zero,
    version,
  }
}

export function endingOf(contract: Contract, party: string, reason: string) {
  return { contract: digestOf(contract), created: NOW, format: "parley/ending/v1", party, reason }
}

/** What the host answered. */
interface Answer {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly location: string
}

type Settings = Partial<HostConfig["limits"] & Pick<HostConfig, "origins" | "trustedProxies">>

/** A host in this process on a real socket, with admitted parties. */
export class TestHost {
  readonly data: string
  readonly parties: Parties
  readonly readiness: Readiness
  readonly app: ReturnType<typeof hostApp>
  readonly #config: HostConfig
  #server: Server | null = null

  private constructor(data: string, parties: Parties, { origins, trustedProxies, ...limits }: Settings) {
    const defaults = defaultConfig()
    const config = {
      ...defaults,
      limits: { ...defaults.limits, ...limits },
      origins: origins ?? [],
      trustedProxies: trustedProxies ?? 0,
    }
    const boot = { log: SILENT, root: data, silenceMs: 10_000, timings: false }
    this.#config = config
    this.data = data
    this.parties = parties
    this.readiness = new Readiness(data)
    const rooms = new RoomRegistry(data, boot, config.limits.roomsPerParty)
    this.app = hostApp({
      config,
      data,
      disk: new Disk(data, config.limits.reserveBytes),
      log: SILENT,
      origins: () => hostOrigins(config, this.port),
      readiness: this.readiness,
      rooms,
    })
  }

  static async start(
    parties: Parties,
    settings: Settings = {},
    admitted: readonly string[] = ["bank", "bureau", "agency"],
  ): Promise<TestHost> {
    const data = await mkdtemp(join(tmpdir(), "parley-host-test-"))
    const host = new TestHost(data, parties, settings)
    for (const { card } of parties.contract.parties) {
      if (admitted.includes(card.name)) await new Admissions(data).admit(card)
    }
    host.#server = await listen(host.#config, 0, host.app)
    return host
  }

  /** Another host over the folder of one before. */
  static async over(data: string, parties: Parties, settings: Settings): Promise<TestHost> {
    const host = new TestHost(data, parties, settings)
    host.#server = await listen(host.#config, 0, host.app)
    return host
  }

  get port(): number {
    const address = this.#server?.address() ?? null
    return typeof address === "object" && address !== null ? address.port : 0
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`
  }

  async header(
    party: string,
    method: SignedRequest["method"],
    path: string,
    body: Uint8Array,
    audience = new URL(this.url("/")).origin,
    at = new Date(),
  ): Promise<string> {
    const request: SignedRequest = {
      at: instant(at),
      audience,
      bodySha256: createHash("sha256").update(body).digest("hex"),
      format: "parley/request/v1",
      method,
      nonce: toBase64url(randomBytes(16)),
      path,
    }
    return toBase64url(await signJws("request", request, this.parties.keys(party).access))
  }

  async ask(
    party: string,
    method: SignedRequest["method"],
    path: string,
    body?: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const signed = await this.header(party, method, path, body ?? new Uint8Array())
    const response = await fetch(this.url(path), {
      headers: { "parley-request": signed, ...headers },
      method,
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    })
    const text = await response.text()
    const { code = "", message = "" } = text.startsWith("{") ? (JSON.parse(text) as Partial<Answer>) : {}
    return { code, location: response.headers.get("location") ?? "", message, status: response.status }
  }

  openRoom(party: string, contract: Contract = this.parties.contract): Promise<Answer> {
    return this.ask(party, "PUT", `/v1/contracts/${digestOf(contract)}`, canonicalBytes(contract))
  }

  /** Sends an object that `signer` signed, under the name that it must have. */
  async store(
    signer: string,
    kind: Kind,
    folder: string,
    payload: unknown,
    contract: Contract = this.parties.contract,
  ): Promise<Answer & { readonly digest: string }> {
    const jws = await this.parties.sign(signer, kind, payload)
    const { digest, kid } = peekJwsUnverified(kind, jws)
    const path = `/v1/contracts/${digestOf(contract)}/${signaturePath(folder, digest, kid)}`
    return { ...(await this.ask(signer, "PUT", path, jws)), digest }
  }

  /** Puts a file into a room past all checks, as an older host may have taken it. */
  async plant(contract: Contract, folder: string, kind: Kind, jws: Uint8Array): Promise<void> {
    const { digest, kid } = peekJwsUnverified(kind, jws)
    await mkdir(join(this.data, "rooms", digestOf(contract), folder), { recursive: true })
    await writeFile(join(this.data, "rooms", digestOf(contract), signaturePath(folder, digest, kid)), jws)
  }

  /** Begins an upload of a manifest's part, the first one if none is named. */
  beginUpload(
    party: string,
    manifest: string,
    bytes: number,
    contract = this.parties.contract,
    body?: Uint8Array,
    part = 0,
  ): Promise<Answer> {
    const pair = ([key, value]: readonly [string, string]) => `${key} ${Buffer.from(value).toString("base64")}`
    const metadata = Object.entries({ contract: digestOf(contract), manifest, part: String(part) }).map(pair)
    return this.ask(party, "POST", "/v1/uploads", body, {
      "tus-resumable": "1.0.0",
      "upload-length": String(bytes),
      "upload-metadata": metadata.join(","),
    })
  }

  /** Sends more of an upload. Its body is signed as empty. */
  async patch(party: string, location: string, offset: number, body: Uint8Array, headers = {}): Promise<Answer> {
    const signed = await this.header(party, "PATCH", location, new Uint8Array())
    const response = await fetch(this.url(location), {
      body: new Uint8Array(body),
      headers: {
        "content-type": "application/offset+octet-stream",
        "parley-request": signed,
        "tus-resumable": "1.0.0",
        "upload-offset": String(offset),
        ...headers,
      },
      method: "PATCH",
    })
    const text = await response.text()
    const { code = "", message = "" } = text.startsWith("{") ? (JSON.parse(text) as Partial<Answer>) : {}
    return { code, location, message, status: response.status }
  }

  /** Status of an upload, and how far it has come. */
  async offset(party: string, location: string): Promise<string> {
    const signed = await this.header(party, "HEAD", location, new Uint8Array())
    const headers = { "parley-request": signed, "tus-resumable": "1.0.0" }
    const answer = await fetch(this.url(location), { headers, method: "HEAD" })
    const fault = answer.headers.get("parley-fault")
    return `${answer.status} ${fault ?? answer.headers.get("upload-offset")}`
  }

  async close(): Promise<void> {
    const server = this.#server
    server?.closeAllConnections()
    await new Promise((resolve) => server?.close(resolve))
  }

  async stop(): Promise<void> {
    await this.close()
    await rm(this.data, { force: true, recursive: true })
  }
}
