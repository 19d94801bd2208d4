import { readdirSync, readFileSync } from "node:fs"
import { awsAnchor } from "../../../verifier/attestation/anchor.ts"
import { hasShared, sharedPath } from "../../support/shared-folder.ts"
import type { Base } from "./base.ts"
import { type DocumentFile, documentBase, rekeyedFile } from "./document-base.ts"
import { readDocument } from "./reading.ts"

const FOLDER = "evidence/nitro"
const ACCEPTED = /_(?:prod|nitrotpm)_.*\.bin$/

/** Every genuine document that some policy accepts, as it is and rekeyed; none without the folder of evidence. */
export function genuineBases(): readonly Base[] {
  if (!hasShared(FOLDER)) return []
  const names = readdirSync(sharedPath(FOLDER)).filter((name) => ACCEPTED.test(name))
  return names.toSorted().flatMap((name) => {
    const file = genuineFile(name)
    return [documentBase(file), documentBase(rekeyedFile(file))]
  })
}

/** Judged a minute after its own time. */
function genuineFile(name: string): DocumentFile {
  const bytes = new Uint8Array(readFileSync(sharedPath(`${FOLDER}/${name}`)))
  return { anchor: awsAnchor(), at: new Date(readDocument(bytes).timestamp + 60_000), bytes, keys: null, name }
}
