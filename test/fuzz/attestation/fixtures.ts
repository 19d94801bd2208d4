import { X509Certificate } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { trustAnchor } from "../../../verifier/attestation/anchor.ts"
import type { Base } from "./base.ts"
import { type DocumentFile, documentBase, rekeyedFile } from "./document-base.ts"

const FIXTURES = fileURLToPath(new URL("../../../attestation-fixtures/", import.meta.url))

interface Case {
  readonly document: { readonly file: string }
  readonly path: string
  readonly policy?: { readonly maxAgeSeconds: unknown }
  readonly time?: string
  readonly trustAnchor?: string
}

/** The fixtures that are accepted by a policy file alone, as they are and rekeyed: shapes that no genuine document has. */
export function fixtureBases(): readonly Base[] {
  const folder = `${FIXTURES}cases/accepted`
  if (!existsSync(folder)) return []
  const files = readdirSync(folder)
    .toSorted()
    .map((name) => fixtureFile(folder, name))
  return files.flatMap((file) => (file === null ? [] : [documentBase(file), documentBase(rekeyedFile(file))]))
}

function fixtureFile(folder: string, name: string): DocumentFile | null {
  const described = JSON.parse(readFileSync(`${folder}/${name}/case.json`, "utf8")) as Case
  const { document, path, policy, time, trustAnchor: anchor } = described
  if (path !== "document" || policy?.maxAgeSeconds !== 300 || time === undefined || anchor === undefined) return null
  const root = new X509Certificate(readFileSync(`${FIXTURES}${anchor}`)).raw
  const bytes = new Uint8Array(readFileSync(`${folder}/${name}/${document.file}`))
  return { anchor: trustAnchor(anchor, root), at: new Date(time), bytes, keys: null, name: `fixture ${name}` }
}
