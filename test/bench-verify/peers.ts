import { spawnSync } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { Contender } from "./contender.ts"

/** A verifier in another language, or why it cannot be built here. */
export type Peer = Contender | { readonly name: string; readonly missing: string }

const source = (language: string) => fileURLToPath(new URL(`./peers/${language}`, import.meta.url))

/** `attestation-doc-validation` from crates.io. */
export function rustPeer(folder: string): Peer {
  const name = "Rust, attestation-doc-validation 0.10.1"
  const target = join(folder, "rust")
  const args = ["build", "--release", "--locked", "--quiet", "--target-dir", target]
  const missing = build("cargo", args, source("rust"))
  if (missing !== null) return { missing, name }
  const skips = "debug mode, measurements, nonce, trailing and duplicate CBOR; takes its time from the system"
  return { command: [join(target, "release", "parley-bench-peer")], environment: {}, name, skips }
}

/** `github.com/hf/nitrite` from the Go module proxy. */
export function goPeer(folder: string): Peer {
  const name = "Go, github.com/hf/nitrite"
  const program = join(folder, "nitrite-peer")
  const missing = build("go", ["build", "-mod=readonly", "-o", program, "."], source("go"))
  if (missing !== null) return { missing, name }
  const skips = "debug mode, measurements, nonce, unknown fields, unprotected header; user_data over 512 bytes refused"
  return { command: [program], environment: {}, name, skips }
}

function build(tool: string, args: readonly string[], cwd: string): string | null {
  const { error, status, stderr } = spawnSync(tool, [...args], { cwd, encoding: "utf8", timeout: 900_000 })
  if (error !== undefined) return `${tool} is not on this machine`
  return status === 0 ? null : `${tool} could not build it: ${stderr.trim().split("\n").at(-1) ?? ""}`
}
