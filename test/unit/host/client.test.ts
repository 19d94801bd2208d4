import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type Server, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { EnclaveClient } from "../../../host/enclave/client.ts"
import { FRAME, frameHeader, MAX_MESSAGE_BYTES } from "../../../shared/wire/frames.ts"
import { expectCode } from "../../support/rejects.ts"

const SILENCE_MS = 300
const NONCE = { nonce: "A".repeat(43), op: "attest" } as const

let folder: string
let server: Server
const sockets: Socket[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-client-"))
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  server.close()
  await rm(folder, { force: true, recursive: true })
})

/** An enclave that does what it likes with a connection. */
async function enclave(behave: (socket: Socket) => void): Promise<EnclaveClient> {
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on("error", () => undefined)
    behave(socket)
  })
  const path = join(folder, "enclave.sock")
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return EnclaveClient.connect(path)
}

/** Writes as soon as a request has begun to come in. */
const says = (...chunks: readonly Uint8Array[]) =>
  enclave((socket) =>
    socket.once("data", () => {
      for (const chunk of chunks) socket.write(chunk)
    }),
  )

describe("an enclave", () => {
  const silences: Readonly<Record<string, readonly Uint8Array[]>> = {
    "announces an answer and sends half of it": [frameHeader(FRAME.message, 100), new Uint8Array(50)],
    "says nothing": [],
    "sends half of a frame's head": [frameHeader(FRAME.message, 100).subarray(0, 3)],
  }
  for (const [name, chunks] of Object.entries(silences)) {
    it(`that ${name} is given up, and asked nothing more`, async () => {
      const client = await says(...chunks)
      await expectCode("enclave-unreachable", () => client.request(NONCE, SILENCE_MS))
      await client.closed
      await expectCode("enclave-unreachable", () => client.request(NONCE, SILENCE_MS))
    })
  }

  it("that announces more than a message may have is not read", async () => {
    const head = new Uint8Array(5)
    new DataView(head.buffer).setUint32(0, MAX_MESSAGE_BYTES + 2)
    head[4] = FRAME.message
    const client = await says(head)
    await expectCode("wire-malformed", () => client.request(NONCE, 60_000))
    await client.closed
  })

  it("that stops reading in the middle of a part is given up", async () => {
    const client = await enclave((socket) => socket.pause())
    const part = { bytes: 2 ** 30, index: 0, manifest: "0".repeat(64), op: "part" } as const
    let sent = 0
    async function* source() {
      for (; sent < part.bytes; sent += 2 ** 20) yield new Uint8Array(2 ** 20)
    }
    await expectCode("enclave-unreachable", () => client.part(part, source(), SILENCE_MS))
    // No more was taken from the disk than the socket holds.
    expect(sent).toBeLessThan(64 * 2 ** 20)
  })
})
