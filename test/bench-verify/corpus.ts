import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { decodeUnverified } from "../../shared/attestation/document.ts"
import { toHex } from "../../shared/bytes.ts"
import { sharedPath } from "../support/shared-folder.ts"

/** A genuine document of an enclave in production mode, with the time and the policy to judge it by. */
export interface Genuine {
  readonly file: string
  readonly path: string
  readonly bytes: Uint8Array
  readonly at: Date
  readonly pcrs: ReadonlyMap<number, readonly string[]>
}

/** Those that every verifier should accept at their own time. */
export function genuineDocuments(): readonly Genuine[] {
  const folder = sharedPath("evidence/nitro")
  const files = readdirSync(folder).filter((name) => name.includes("_prod_") && name.endsWith(".bin"))
  return files.sort().map((file) => {
    const path = join(folder, file)
    const bytes = readFileSync(path)
    const { pcrs, timestamp } = decodeUnverified(bytes)
    const lists = [0, 1, 2].map((index) => [index, [toHex(pcrs.get(index) ?? new Uint8Array())]] as const)
    return { at: new Date(timestamp), bytes, file, path, pcrs: new Map(lists) }
  })
}

export function workFolder(): string {
  return mkdtempSync(join(tmpdir(), "parley-bench-verify-"))
}

/** What every contender reads: path, tab, milliseconds since 1970, per line. */
export function writeManifest(folder: string, documents: readonly Genuine[]): string {
  const path = join(folder, `manifest-${documents.length}.tsv`)
  writeFileSync(path, documents.map(({ at, path }) => `${path}\t${at.getTime()}\n`).join(""))
  return path
}

export function readManifest(path: string): readonly Genuine[] {
  const paths = readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => line.split("\t")[0])
  return genuineDocuments().filter((document) => paths.includes(document.path))
}

/** A policy file for the command line. */
export function writePolicy(folder: string, { file, pcrs }: Genuine): string {
  const path = join(folder, `${file}.policy.json`)
  const reason = { unchecked: "an old document" }
  const fields = { format: "aws-nitro", pcrs: Object.fromEntries(pcrs), nonce: reason, maxAgeSeconds: reason }
  writeFileSync(path, JSON.stringify({ ...fields, debug: "reject" }))
  return path
}
