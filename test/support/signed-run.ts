import { execFile } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { DuckDBInstance } from "@duckdb/node-api"
import { bootEnclave, type EnclaveBoot } from "../../host/enclave/boot.ts"
import { concat, fromBase64url, toBase64url } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { canonicalBytes } from "../../shared/json/canonical.ts"
import { instant } from "../../shared/json/instant.ts"
import { paddedBytes } from "../../shared/json/padding.ts"
import { type Grant, type GrantSecret, MIN_GRANT_SECRET_BYTES } from "../../shared/protocol/grant.ts"
import type { Manifest } from "../../shared/protocol/manifest.ts"
import { optOutCommitment } from "../../shared/protocol/opt-outs.ts"
import type { Proposal } from "../../shared/protocol/proposal.ts"
import { Refusal } from "../../shared/protocol/receipt.ts"
import type { SessionEvidence } from "../../shared/protocol/session.ts"
import {
  datasetHeader,
  headerDigest,
  keyCommitment,
  schemaDigest,
  tokenSpecDigest,
} from "../../shared/sealed/header.ts"
import { sealPart } from "../../shared/sealed/seal-stream.ts"
import { ENTROPY_BYTES } from "../../shared/sealed/segment.ts"
import { decryptFrom, encryptTo } from "../../shared/signed/jwe.ts"
import { signJws } from "../../shared/signed/jws.ts"
import { type JwsObject, jwsObject } from "../../shared/signed/jws-object.ts"
import { keyId, type PrivateJwk, publicPart } from "../../shared/signed/keys.ts"
import { objectDigest } from "../../shared/signed/kinds.ts"
import type { EnclaveRequest, EnclaveResponse } from "../../shared/wire/messages.ts"
import { testContract } from "./contract.ts"
import { testKey } from "./keys.ts"

const MAKE_ROOT = new URL("../../attestation-fixtures/software-nsm/make-root.ts", import.meta.url).pathname
const TIMEOUT_MS = 60_000
const DAY_MS = 86_400_000

/** A folder with a SIMULATED root in it. */
export async function softwareRoot(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "parley-root-"))
  await promisify(execFile)(process.execPath, [MAKE_ROOT, "--out", folder])
  return folder
}

export function bootFrom(root: string): Promise<EnclaveBoot> {
  return bootEnclave({ log: { info: () => undefined, warn: () => undefined }, root, timings: false })
}

/** The instant so many milliseconds from now. */
export const fromNow = (ms: number) => instant(new Date(Date.now() + ms))

export const uuid = (id: number | string) => `CAST(printf('00000000-0000-0000-0000-%012x', ${id}) AS UUID)`

/** 200 accounts with balances of 1 to 200. */
export function accountsSql({ balance = "CAST(range + 1 AS BIGINT)", id = "range", more = "" } = {}): string {
  return `SELECT ${uuid(id)} AS id, ${balance} AS balance, CAST(range % 10 AS BIGINT) AS branch${more} FROM range(200)`
}

/** The first 100 persons live in the east, the others in the west. */
export const PERSONS_SQL = `SELECT ${uuid("range")} AS id, CASE WHEN range < 100 THEN 'east' ELSE 'west' END AS region,
  CAST(30 AS BIGINT) AS age FROM range(200)`

interface SealOptions {
  /** The manifest names the parts in the opposite order to that in which they were sealed. */
  readonly exchanged?: boolean
  readonly manifest?: Partial<Manifest>
  readonly parts?: number
  readonly signer?: string
}

interface GrantOptions {
  readonly grant?: Partial<Grant>
  readonly secret?: Partial<GrantSecret>
  readonly signer?: string
}

export interface Sealed {
  readonly dataKey: Uint8Array
  readonly digest: string
  readonly jws: JwsObject
  readonly manifest: Manifest
  readonly parts: readonly Uint8Array[]
}

interface Proposed {
  readonly digest: string
  readonly jws: JwsObject
  readonly proposal: Proposal
}

/** What the host hands an enclave to run what it has staged. */
export type RunRequest = Extract<EnclaveRequest, { op: "run" }>

export interface GrantedOptions {
  readonly proposal?: Partial<Proposal>
  readonly proposer?: string
  readonly sealed?: readonly Sealed[]
  /** By party. */
  readonly grants?: Readonly<Record<string, GrantOptions>>
}

type Keys = ReadonlyMap<string, { readonly result: PrivateJwk; readonly sign: PrivateJwk }>

/** A contract with all its signatures and every private key: a test that holds them can play any party, or a liar. */
export class SignedRun {
  readonly contract: Contract
  readonly signatures: readonly JwsObject[]
  readonly #digest: string
  readonly #keys: Keys

  private constructor(contract: Contract, keys: Keys, signatures: readonly JwsObject[]) {
    this.contract = contract
    this.signatures = signatures
    this.#digest = objectDigest("contract", canonicalBytes(contract))
    this.#keys = keys
  }

  static async create(edit: (contract: Contract) => void = () => undefined): Promise<SignedRun> {
    const contract = await testContract()
    contract.validity = { notAfter: fromNow(100 * DAY_MS), notBefore: fromNow(-DAY_MS) }
    const keys = new Map<string, { result: PrivateJwk; sign: PrivateJwk }>()
    for (const party of contract.parties) {
      const [sign, result] = [await testKey(), await testKey()]
      const [first] = party.card.signingKeys
      if (first === undefined) throw new Error("no key")
      first.jwk = publicPart(sign)
      party.card.resultKey = publicPart(result)
      const approval = { keys: [keyId(publicPart(sign))], required: 1 }
      party.approvals = { contract: approval, grant: approval }
      keys.set(party.card.name, { result, sign })
    }
    edit(contract)
    const signed = [...keys.values()].map(async ({ sign }) => jwsObject(await signJws("contract", contract, sign)))
    return new SignedRun(contract, keys, await Promise.all(signed))
  }

  key(party: string) {
    const found = this.#keys.get(party)
    if (found === undefined) throw new Error(`no party ${party}`)
    return found
  }

  /** A boot with this contract in it. */
  async boot(root: string): Promise<EnclaveBoot> {
    const booted = await bootFrom(root)
    const opened = await booted.client.request({ contract: [...this.signatures], op: "open" }, TIMEOUT_MS)
    if (opened.answer !== "accepted") throw new Error(JSON.stringify(opened))
    return booted
  }

  /** Seals the rows of a SELECT, without any of the checks that the command line makes. */
  async seal(name: string, sql: string, options: SealOptions = {}): Promise<Sealed> {
    const { exchanged = false, manifest: over, parts = 1, signer } = options
    const dataset = this.contract.datasets.find((candidate) => candidate.name === name)
    if (dataset === undefined) throw new Error(`no dataset ${name}`)
    const header = headerDigest(datasetHeader(this.contract, dataset, over?.version ?? 1))
    const dataKey = new Uint8Array(randomBytes(32))
    const { plain, rows } = await parquetParts(sql, parts)
    const sealed: Uint8Array[] = []
    for (const [index, bytes] of plain.entries()) {
      const entropy = randomBytes(ENTROPY_BYTES)
      const part = { dataKey, entropy, headerDigest: header, index, last: index === parts - 1, source: streamOf(bytes) }
      const chunks: Uint8Array[] = []
      for await (const chunk of sealPart(part)) chunks.push(chunk.slice())
      sealed.push(concat(...chunks))
    }
    if (exchanged) sealed.reverse()
    const manifest: Manifest = {
      asOf: fromNow(0),
      contract: this.#digest,
      dataset: name,
      format: "parley/manifest/v1",
      keyCommitment: keyCommitment(dataKey, header),
      lineage: dataset.lineage,
      owner: dataset.owner,
      parts: sealed.map((part) => ({ bytes: part.length, sha256: sha256(part) })),
      rows,
      schema: schemaDigest(dataset),
      sealedAt: fromNow(0),
      tokenSpec: tokenSpecDigest(this.contract, dataset),
      version: 1,
      ...over,
    }
    const jws = jwsObject(await signJws("manifest", manifest, this.key(signer ?? dataset.owner).sign))
    return { dataKey, digest: objectDigest("manifest", canonicalBytes(manifest)), jws, manifest, parts: sealed }
  }

  /** Proposal, grants of everybody and manifests; whatever `options` say about them is a lie that is signed. */
  async granted(
    session: SessionEvidence,
    sealed: readonly Sealed[],
    options: GrantedOptions = {},
  ): Promise<RunRequest> {
    const proposed = await this.#propose(sealed, options)
    const grants = this.contract.parties.map(({ card: { name } }) =>
      this.#grant(name, session, proposed, sealed, options.grants?.[name] ?? {}),
    )
    return {
      grants: await Promise.all(grants),
      manifests: sealed.map(({ jws }) => jws),
      op: "run",
      proposal: [proposed.jws],
    }
  }

  /** The rows that a recipient reads, and how many groups it does not. */
  async open(recipient: string, { results }: Released): Promise<{ rows: unknown; withheldGroups: unknown }> {
    const sealed = results.find((result) => result.recipient === recipient)
    const plain = await decryptFrom("result", sealed?.jwe ?? "", this.key(recipient).result)
    const { result } = JSON.parse(new TextDecoder().decode(plain)) as { result: { [name: string]: unknown } }
    return { rows: result.rows, withheldGroups: result.withheldGroups }
  }

  async #propose(
    sealed: readonly Sealed[],
    { proposal: over, proposer = "agency" }: GrantedOptions,
  ): Promise<Proposed> {
    const proposal: Proposal = {
      abandoned: [],
      contract: this.#digest,
      created: fromNow(0),
      format: "parley/proposal/v1",
      id: toBase64url(randomBytes(16)),
      lastReceipt: null,
      manifests: sealed.map(({ digest, manifest }) => ({ dataset: manifest.dataset, manifest: digest })),
      parameters: { youngest: 0 },
      proposer: "agency",
      query: "overlap",
      sequence: 1,
      ...over,
    }
    const jws = jwsObject(await signJws("proposal", proposal, this.key(proposer).sign))
    return { digest: objectDigest("proposal", canonicalBytes(proposal)), jws, proposal }
  }

  async #grant(
    party: string,
    { document, encryptionKey, signingKey }: SessionEvidence,
    { digest, proposal }: Proposed,
    sealed: readonly Sealed[],
    over: GrantOptions,
  ): Promise<JwsObject> {
    const own = sealed.filter(({ manifest }) => manifest.owner === party)
    const secret: GrantSecret = {
      contract: this.#digest,
      earlierOptOuts: [],
      format: "parley/grant-secret/v1",
      keys: own.map(({ dataKey, digest: manifest, manifest: { dataset } }) => ({
        dataKey: toBase64url(dataKey),
        dataset,
        manifest,
      })),
      noiseShare: toBase64url(randomBytes(32)),
      optOutSalt: toBase64url(randomBytes(32)),
      optOutSteps: (over.secret?.optOuts ?? []).map(() => 0),
      optOuts: [],
      owner: party,
      padding: "",
      proposal: digest,
      ...over.secret,
    }
    const plain = paddedBytes(secret, MIN_GRANT_SECRET_BYTES)
    const grant: Grant = {
      contract: this.#digest,
      created: fromNow(0),
      expires: fromNow(600_000),
      format: "parley/grant/v1",
      ledgerHead: "0".repeat(64),
      optOuts: own.length === 0 ? null : optOutCommitment(fromBase64url(secret.optOutSalt), secret.optOuts),
      party,
      proposal: digest,
      secret: own.length === 0 ? null : await encryptTo("grantSecret", plain, encryptionKey),
      seenOptOuts: [],
      sequence: proposal.sequence,
      session: {
        document: sha256(fromBase64url(document)),
        encryptionKey: keyId(encryptionKey),
        signingKey: keyId(signingKey),
      },
      ...over.grant,
    }
    return jwsObject(await signJws("grant", grant, this.key(over.signer ?? party).sign))
  }
}

export type Released = Extract<EnclaveResponse, { answer: "released" }>

export function ask({ client }: EnclaveBoot, request: EnclaveRequest): Promise<EnclaveResponse> {
  return client.request(request, TIMEOUT_MS)
}

export async function session(booted: EnclaveBoot): Promise<SessionEvidence> {
  const answer = await ask(booted, { nonce: toBase64url(randomBytes(32)), op: "attest" })
  if (answer.answer !== "session") throw new Error(JSON.stringify(answer))
  return answer.session
}

/** Sends the part `index` of a dataset, or in its place the bytes of another one. */
export function sendPart(
  { client }: EnclaveBoot,
  { digest, parts }: Sealed,
  index = 0,
  from = index,
): Promise<EnclaveResponse> {
  const bytes = parts[from]
  if (bytes === undefined) throw new Error(`no part ${from}`)
  return client.part({ bytes: bytes.length, index, manifest: digest, op: "part" }, streamOf(bytes), TIMEOUT_MS)
}

/** Announces the proposal and sends every part of its data; throws when the enclave does not take it. */
export async function stage(booted: EnclaveBoot, run: RunRequest, sealed: readonly Sealed[]): Promise<void> {
  const answers = [await ask(booted, announcement(run))]
  for (const dataset of sealed) {
    for (const index of dataset.parts.keys()) answers.push(await sendPart(booted, dataset, index))
  }
  const refused = answers.find(({ answer }) => answer !== "accepted")
  if (refused !== undefined) throw new Error(JSON.stringify(refused))
}

export function announcement({ manifests, proposal }: RunRequest): EnclaveRequest {
  return { manifests, op: "stage", proposal }
}

/** Stages the data and runs; throws when the enclave does anything but release. */
export async function release(booted: EnclaveBoot, run: RunRequest, sealed: readonly Sealed[]): Promise<Released> {
  await stage(booted, run, sealed)
  const answer = await ask(booted, run)
  if (answer.answer !== "released") throw new Error(JSON.stringify(answer))
  return answer
}

export function refusalOf(answer: EnclaveResponse): Refusal {
  if (answer.answer !== "refused") throw new Error(JSON.stringify(answer))
  return Refusal.parse(JSON.parse(new TextDecoder().decode(fromBase64url(answer.refusal.payload))))
}

/** Parquet files with the rows of a SELECT, in the order of their identities. */
async function parquetParts(sql: string, parts: number): Promise<{ plain: readonly Uint8Array[]; rows: number }> {
  const folder = await mkdtemp(join(tmpdir(), "parley-parts-"))
  const engine = await (await DuckDBInstance.create(":memory:")).connect()
  await engine.run(`CREATE TABLE plain AS SELECT * FROM (${sql}) ORDER BY id`)
  const rows = Number((await engine.runAndReadAll("SELECT count(*) FROM plain")).getRows()[0]?.[0])
  const size = Math.ceil(rows / parts)
  const plain: Uint8Array[] = []
  for (let index = 0; index < parts; index++) {
    const file = join(folder, `${index}.parquet`)
    await engine.run(`COPY (FROM plain LIMIT ${size} OFFSET ${index * size}) TO '${file}' (FORMAT parquet)`)
    plain.push(new Uint8Array(await readFile(file)))
  }
  engine.closeSync()
  await rm(folder, { recursive: true })
  return { plain, rows }
}

async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
