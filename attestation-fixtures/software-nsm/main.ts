import { randomBytes } from "node:crypto"
import { readFile } from "node:fs/promises"
import { createServer, type Socket } from "node:net"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { decodeNsmRequest, encodeNsmResponse, MAX_NSM_BYTES } from "../../shared/attestation/nsm.ts"
import { type Bytes, concat, fromHex } from "../../shared/bytes.ts"
import { makeRoot } from "./chain.ts"
import { SoftwareNsm } from "./module.ts"
import { RootFile } from "./root-file.ts"

/**
 * The SIMULATED security module as a process: u32 big-endian length and CBOR over a socket. Its life is one boot. It
 * ends when its standard input ends, so that no module outlives the host that started it.
 */
const { values } = parseArgs({
  options: {
    "clock-offset-ms": { default: "0", type: "string" },
    debug: { default: false, type: "boolean" },
    pcr0: { type: "string" },
    pcr1: { type: "string" },
    pcr2: { type: "string" },
    root: { type: "string" },
    socket: { type: "string" },
  },
})
const { pcr0, pcr1, pcr2, root, socket: path } = values
if (pcr0 === undefined || pcr1 === undefined || pcr2 === undefined || root === undefined || path === undefined) {
  process.stderr.write("usage: software-nsm --socket SOCKET --root DIR --pcr0 HEX --pcr1 HEX --pcr2 HEX [--debug]\n")
  process.exit(64)
}

const { created, seed } = RootFile.parse(JSON.parse(await readFile(join(root, "root.json"), "utf8")))
const zeros = new Uint8Array(48)
const nsm = new SoftwareNsm({
  measurements: values.debug ? [zeros, zeros, zeros] : [fromHex(pcr0), fromHex(pcr1), fromHex(pcr2)],
  moduleId: `i-${randomBytes(8).toString("hex")}1-enc${randomBytes(8).toString("hex")}`,
  now: () => new Date(Date.now() + Number(values["clock-offset-ms"])),
  root: makeRoot(fromHex(seed), new Date(created)),
  seed: randomBytes(48),
})

createServer((socket) => {
  socket.on("error", () => socket.destroy())
  void serve(socket)
}).listen(path, () => process.stdout.write("SIMULATED security module is listening\n"))
process.stdin.on("end", () => process.exit(0)).resume()

async function serve(socket: Socket): Promise<void> {
  let pending: Bytes = new Uint8Array()
  try {
    for await (const chunk of socket) {
      pending = concat(pending, chunk as Uint8Array)
      for (let request = next(pending); request !== null; request = next(pending)) {
        pending = pending.slice(4 + request.length)
        const response = encodeNsmResponse(nsm.answer(decodeNsmRequest(request)))
        const header = new Uint8Array(4)
        new DataView(header.buffer).setUint32(0, response.length)
        socket.write(concat(header, response))
      }
    }
  } catch {
    socket.destroy()
  }
}

function next(pending: Bytes): Bytes | null {
  if (pending.length < 4) return null
  const length = new DataView(pending.buffer).getUint32(0)
  if (length > MAX_NSM_BYTES) throw new Error("request over its cap")
  return pending.length < 4 + length ? null : pending.slice(4, 4 + length)
}
