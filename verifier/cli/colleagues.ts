import * as z from "zod"
import { toHex } from "../../shared/bytes.ts"
import { canonicalBytes, parseLoose } from "../../shared/json/canonical.ts"
import { Name, text } from "../../shared/json/fields.ts"
import { keyId, PublicJwk, thumbprint } from "../../shared/signed/keys.ts"
import { listFiles, readRequired, writeAtomically } from "./files.ts"
import { type Home, inHome, LocalKey, readHomeJson, writeHomeJson } from "./home.ts"

const MAX_BYTES = 16 * 1024

/** The public half of a signing key whose holder keeps it in a home of their own. */
export const MemberKey = z.strictObject({
  format: z.literal("parley/member-key/v1"),
  holder: text(120),
  jwk: PublicJwk,
  party: Name,
  role: LocalKey.shape.role,
})
export type MemberKey = z.infer<typeof MemberKey>

/** 128 bits of a key's thumbprint in groups of four, to read out by voice. */
export function keyFingerprint(jwk: PublicJwk): string {
  return (toHex(thumbprint(jwk)).slice(0, 32).match(/.{4}/g) ?? []).join(" ")
}

export async function readMemberKey(file: string): Promise<MemberKey> {
  return parseLoose(await readRequired(file, MAX_BYTES), MemberKey, MAX_BYTES)
}

export async function writeMemberKey(file: string, key: MemberKey): Promise<void> {
  await writeAtomically(file, canonicalBytes(key))
}

/** Keys of people of this party that were confirmed here; they are on its card. */
export async function colleagues(home: Home): Promise<readonly MemberKey[]> {
  const names = await listFiles(inHome(home, "colleagues"))
  return Promise.all(names.map((name) => readHomeJson(home, `colleagues/${name}`, MemberKey)))
}

export async function addColleague(home: Home, key: MemberKey): Promise<void> {
  await writeHomeJson(home, `colleagues/${keyId(key.jwk)}.json`, key)
}
