import { createServer, type Server, type Socket } from "node:net"
import { ParleyError } from "../../shared/errors/index.ts"
import type { EnclaveResponse } from "../../shared/wire/messages.ts"
import type { Session } from "../session/session.ts"
import { Connection } from "./connection.ts"

/** Connections that a host may hold open at once; more are closed without an answer. */
const MAX_CONNECTIONS = 16

/** Serves the one way in. `onEnded` is called when the session has ended for good, after the last answer has left. */
export function serve(path: string, session: Session, onEnded: () => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy())
    void serveConnection(socket, session).finally(() => {
      socket.destroy()
      if (session.ended) onEnded()
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(path, () => resolve(server))
  })
}

async function serveConnection(socket: Socket, session: Session): Promise<void> {
  const connection = new Connection(socket)
  try {
    for (let more = true; more && !session.ended; ) more = await serveRequest(connection, session)
  } catch (cause) {
    // Bytes that are no request, or a connection that broke inside one: there is nobody left to answer.
    if (!(cause instanceof ParleyError)) socket.destroy()
  }
  await connection.close()
}

async function serveRequest(connection: Connection, session: Session): Promise<boolean> {
  const request = await connection.request()
  if (request === null) return false
  const data = request.op === "part" ? connection.data(request.bytes) : null
  const response = await session.handle(request, data).catch(errorAnswer)
  await connection.answer(response)
  await connection.skipData()
  return true
}

/** Only what is decided on public bytes, before any key is held, gets a reason; the session sees to the rest. */
function errorAnswer(cause: unknown): EnclaveResponse {
  if (!(cause instanceof ParleyError)) return { answer: "error", code: "internal", message: "internal error" }
  return { answer: "error", code: cause.code, message: cause.message.slice(0, 500) }
}
