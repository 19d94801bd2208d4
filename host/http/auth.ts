import { createHash } from "node:crypto"
import type { NextFunction, Request, Response } from "express"
import { fromBase64url } from "../../shared/bytes.ts"
import type { Card } from "../../shared/contract/party.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { MAX_SKEW_MS, REQUEST_HEADER, SignedRequest } from "../../shared/http/request.ts"
import { openJws, peekJwsUnverified } from "../../shared/signed/jws.ts"
import { keyId } from "../../shared/signed/keys.ts"
import type { Admissions } from "../config/admissions.ts"
import { RateLimit } from "./rate-limit.ts"

const MAX_NONCES = 1_000_000

/** Judges who asks: an admitted party's access key over method, path, body, time and a nonce that was not seen before. */
export class RequestJudge {
  readonly #admissions: Admissions
  readonly #limit: RateLimit
  #recent = new Set<string>()
  #older = new Set<string>()
  #turned = 0

  constructor(admissions: Admissions, requestsPerMinute: number) {
    this.#admissions = admissions
    this.#limit = new RateLimit(requestsPerMinute)
  }

  middleware() {
    return (request: Request, response: Response, next: NextFunction): void => {
      this.judge(request).then((card) => {
        response.locals.party = card.name
        response.locals.accessKey = keyId(card.accessKey)
        next()
      }, next)
    }
  }

  async judge(request: Request): Promise<Card> {
    const jws = readHeader(request)
    const card = await this.#admissions.byAccessKey(peekJwsUnverified("request", jws).kid)
    if (card === null) throw new ParleyError("not-admitted", "no admitted party has this access key")
    const { payload } = await openJws("request", jws, SignedRequest, [card.accessKey])
    requireSame(request, payload)
    this.#requireFresh(payload)
    this.#limit.take(card.name)
    return card
  }

  /** Two generations of nonces cover twice the skew; a full one turns early rather than grow. */
  #requireFresh({ at, nonce }: SignedRequest): void {
    const now = Date.now()
    if (Math.abs(now - Date.parse(at)) > MAX_SKEW_MS)
      throw new ParleyError("request-stale", "the request's time is off")
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

function requireSame(request: Request, signed: SignedRequest): void {
  const body: unknown = request.body
  const digest = createHash("sha256")
    .update(Buffer.isBuffer(body) ? body : "")
    .digest("hex")
  if (signed.method !== request.method || signed.path !== request.originalUrl || signed.bodySha256 !== digest) {
    throw new ParleyError("request-unsigned", "the signature is over another request")
  }
}
