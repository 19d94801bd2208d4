import { createHash } from "node:crypto"
import type { Request, RequestHandler } from "express"
import { fromBase64url } from "../../shared/bytes.ts"
import type { Card } from "../../shared/contract/party.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { MAX_SKEW_MS, REQUEST_HEADER, SignedRequest } from "../../shared/http/request.ts"
import { openJws, peekJwsUnverified } from "../../shared/signed/jws.ts"
import { keyId } from "../../shared/signed/keys.ts"
import type { Admissions } from "../config/admissions.ts"
import { RateLimit } from "./rate-limit.ts"

const MAX_NONCES = 1_000_000

/**
 * Judges who asks: an admitted party's access key over this host's origin, method, path, body, time and a nonce that was
 * not seen before.
 * The header is judged before a byte of the body is read, else a stranger could have the host hold any number of bodies.
 */
export class RequestJudge {
  readonly #admissions: Admissions
  readonly #origins: () => ReadonlySet<string>
  readonly #parties: RateLimit
  readonly #strangers: RateLimit
  #recent = new Set<string>()
  #older = new Set<string>()
  #turned = 0
  /** Whole seconds, as in a request. Nonces of before are forgotten. */
  readonly #began = Math.floor(Date.now() / 1000) * 1000

  constructor(
    admissions: Admissions,
    origins: () => ReadonlySet<string>,
    limits: { readonly requestsPerMinute: number; readonly unsignedPerMinute: number },
  ) {
    this.#admissions = admissions
    this.#origins = origins
    this.#parties = new RateLimit(limits.requestsPerMinute)
    this.#strangers = new RateLimit(limits.unsignedPerMinute)
  }

  /** For routes that nobody signs: so many a minute from one address. */
  unsigned(): RequestHandler {
    return (request, _response, next) => {
      this.#strangers.take(addressOf(request))
      next()
    }
  }

  /** Before the body is read: everything but the body's digest. */
  header(): RequestHandler {
    return (request, response, next) => {
      this.#judge(request).then(({ card, signed }) => {
        response.locals.party = card.name
        response.locals.accessKey = keyId(card.accessKey)
        response.locals.bodySha256 = signed.bodySha256
        next()
      }, next)
    }
  }

  /** After the body was read: it is the one that was signed. An upload's body is not read here and signed as empty. */
  body(): RequestHandler {
    return (request, response, next) => {
      const body: unknown = request.body
      const bytes = Buffer.isBuffer(body) ? body : ""
      const digest = createHash("sha256").update(bytes).digest("hex")
      next(digest === response.locals.bodySha256 ? undefined : otherRequest())
    }
  }

  /** An address that keeps failing is not listened to: every signature that is checked costs the host time. */
  async #judge(request: Request): Promise<{ card: Card; signed: SignedRequest }> {
    const address = addressOf(request)
    this.#strangers.requireLeft(address)
    const judged = await this.#authenticate(request).catch((cause: unknown) => {
      this.#strangers.count(address)
      throw cause
    })
    this.#parties.take(judged.card.name)
    return judged
  }

  async #authenticate(request: Request): Promise<{ card: Card; signed: SignedRequest }> {
    const jws = readHeader(request)
    const card = await this.#admissions.byAccessKey(peekJwsUnverified("request", jws).kid)
    if (card === null) throw new ParleyError("not-admitted", "no admitted party has this access key")
    const { payload } = await openJws("request", jws, SignedRequest, [card.accessKey])
    if (payload.method !== request.method || payload.path !== request.originalUrl) throw otherRequest()
    // Another host that the party uses could pass on here what was meant for it.
    if (!this.#origins().has(payload.audience))
      throw new ParleyError("request-audience", `this host is not called ${payload.audience}`)
    this.#requireFresh(payload)
    return { card, signed: payload }
  }

  /** Two generations of nonces cover twice the skew; a full one turns early rather than grow. */
  #requireFresh({ at, nonce }: SignedRequest): void {
    const now = Date.now()
    if (Math.abs(now - Date.parse(at)) > MAX_SKEW_MS)
      throw new ParleyError("request-stale", "the request's time is off")
    if (Date.parse(at) < this.#began)
      throw new ParleyError("request-stale", "the request was signed before this host was started")
    if (this.#recent.has(nonce) || this.#older.has(nonce)) throw new ParleyError("request-replayed", "seen before")
    if (now - this.#turned > 2 * MAX_SKEW_MS || this.#recent.size >= MAX_NONCES) {
      this.#older = this.#recent
      this.#recent = new Set()
      this.#turned = now
    }
    this.#recent.add(nonce)
  }
}

function readHeader(request: Request): Uint8Array {
  const header = request.get(REQUEST_HEADER)
  if (header === undefined) throw new ParleyError("request-unsigned", `no ${REQUEST_HEADER} header`)
  return fromBase64url(header)
}

/** The sender's address; behind proxies the one that the last trusted of them has seen. */
function addressOf(request: Request): string {
  return request.ip ?? ""
}

function otherRequest(): ParleyError {
  return new ParleyError("request-unsigned", "the signature is over another request")
}
