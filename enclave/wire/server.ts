import { createServer, type Server } from "node:net"
import { ParleyError } from "../../shared/errors/index.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import type { Session } from "../session/session.ts"
import { Connection } from "./connection.ts"

/** Connections that a host may hold open at once; more are closed without an answer. */
const MAX_CONNECTIONS = 16
/** How long an ended session waits for a host that does not read its last answers, in milliseconds. */
const LAST_ANSWERS_MS = 10_000

/** Serves the one way in. `onEnded` is called when the session has ended for good, after the last answer has left. */
export function serve(path: string, session: Session, onEnded: () => void): Promise<Server> {
  const exchanges = new Exchanges(session, onEnded)
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy())
    void exchanges.serve(new Connection(socket)).finally(() => socket.destroy())
  })
  server.maxConnections = MAX_CONNECTIONS
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(path, () => resolve(server))
  })
}

/**
 * Requests and answers on all connections. The session ends with an answer under way on one of them: another that is
 * done must not end the process before that one has left, or a nonce at the right time would cost a signed refusal.
 */
class Exchanges {
  readonly #session: Session
  readonly #onEnded: () => void
  #underWay = 0
  #last: NodeJS.Timeout | null = null

  constructor(session: Session, onEnded: () => void) {
    this.#session = session
    this.#onEnded = onEnded
  }

  async serve(connection: Connection): Promise<void> {
    try {
      for (let more = true; more && !this.#session.ended; ) more = await this.#exchange(connection)
    } catch {
      // Bytes that are no request, or a connection that broke inside one: there is nobody left to answer.
    }
    await connection.close()
    this.#endIfDone()
  }

  async #exchange(connection: Connection): Promise<boolean> {
    const request = await connection.request()
    if (request === null) return false
    this.#underWay++
    try {
      const data = request.op === "part" ? connection.data(request.bytes) : null
      const response = await this.#session.handle(request, data).catch(errorAnswer)
      await connection.answer(response)
      await connection.skipData()
      if (this.#session.ended) await connection.close()
    } finally {
      this.#underWay--
    }
    return true
  }

  #endIfDone(): void {
    if (!this.#session.ended) return
    if (this.#underWay === 0) this.#onEnded()
    else this.#last ??= setTimeout(this.#onEnded, LAST_ANSWERS_MS)
  }
}

/** Only what is decided on public bytes, before any key is held, gets a reason; the session sees to the rest. */
function errorAnswer(cause: unknown): EnclaveResponse {
  if (!(cause instanceof ParleyError)) return { answer: "error", code: "internal", message: "internal error" }
  return { answer: "error", code: cause.code, message: cause.message.slice(0, 500) }
}
