import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as z from "zod"

/** The published vectors: everything below is read from the files alone, never from their generator. */
export const FIXTURES = fileURLToPath(new URL("../../attestation-fixtures/", import.meta.url))

const Hex = z.string().regex(/^(?:[0-9a-f]{2})*$/)
const Jwk = z.strictObject({ crv: z.literal("P-384"), kty: z.literal("EC"), x: z.string(), y: z.string() })
const Session = {
  acceptedRoots: z.array(Hex),
  contract: z.string(),
  encryptionKey: Jwk,
  signingKey: Jwk,
}
const About = {
  base: z.string().nullable(),
  clause: z.string().regex(/^ATT-\d+$/),
  document: z.strictObject({ file: z.literal("document.bin"), sha256: Hex }),
  expected: z.strictObject({
    code: z.string().nullable(),
    stage: z.string().nullable(),
    verdict: z.enum(["accepted", "rejected", "unsupported", "malformed"]),
  }),
  mutation: z.string().min(1),
  title: z.string().regex(/^.+\.$/),
}

const DocumentCase = z.strictObject({
  ...About,
  path: z.literal("document"),
  policy: z.unknown(),
  time: z.iso.datetime(),
  trustAnchor: z.string(),
})
const LiveCase = z.strictObject({
  ...About,
  ...Session,
  maxAgeSeconds: z.number(),
  nonce: Hex,
  path: z.literal("live"),
  time: z.iso.datetime(),
})
const ArchivedCase = z.strictObject({ ...About, ...Session, path: z.literal("archived"), receipt: Hex })

const CaseFile = z.discriminatedUnion("path", [DocumentCase, LiveCase, ArchivedCase])

export type Expected = z.infer<typeof CaseFile>["expected"]
export type Vector = z.infer<typeof CaseFile> & { readonly id: string; readonly bytes: Uint8Array }

/** All cases, by name of area and case. */
export function readVectors(): readonly Vector[] {
  return subfolders(`${FIXTURES}cases`).flatMap((area) =>
    subfolders(`${FIXTURES}cases/${area}`).map((name) => readVector(`${area}/${name}`)),
  )
}

function readVector(id: string): Vector {
  const folder = `${FIXTURES}cases/${id}`
  const stated = CaseFile.parse(JSON.parse(readFileSync(`${folder}/case.json`, "utf8")))
  const bytes = new Uint8Array(readFileSync(`${folder}/${stated.document.file}`))
  if (createHash("sha256").update(bytes).digest("hex") !== stated.document.sha256) throw new Error(`${id}: other bytes`)
  return { ...stated, bytes, id }
}

function subfolders(folder: string): readonly string[] {
  return readdirSync(folder).sort()
}
