import { homedir } from "node:os"
import { join } from "node:path"
import * as z from "zod"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes, parseLoose } from "../../shared/json/canonical.ts"
import { Name, text } from "../../shared/json/fields.ts"
import { PrivateJwk } from "../../shared/signed/keys.ts"
import { readCapped, readRequired, writeAtomically } from "./files.ts"

/**
 * A party's private folder (`--home`, `PARLEY_HOME`, or ~/.parley): keys, address book, secrets, ledger. It never
 * enters a room. Files with secrets have mode 0600.
 *
 *     party.json                    name and title
 *     keys/<kid>.json               private keys
 *     card.json                     own card
 *     address-book/<name>.json      other parties' cards with the day their fingerprint was confirmed
 *     token-secrets/<commitment>    32 bytes each
 *     noise-key                     32 bytes; the noise of private results is derived from it
 *     datasets/<manifest>.json      data keys
 *     colleagues/<kid>.json         public keys of people of this party who sign in homes of their own
 *     contracts/<digest>.json       contracts that this party has signed
 *     documents/<digest>.*          attestation documents that this party has verified
 *     grants/<proposal>.<key>.jws   grants that this home has made, and booked
 *     opt-outs/<lineage>.json       whom this party takes out of a dataset
 *     opt-outs/in-force.json        in which order grants have put that in force, and their salts
 *     rooms/<contract>.json         where the room of a contract is
 *     verified-receipts/<hash>      empty marks: bundles that verified
 *     ledger.jsonl                  own ledger
 */
export interface Home {
  readonly folder: string
}

export const LocalParty = z.strictObject({ name: Name, title: text(200) })
export type LocalParty = z.infer<typeof LocalParty>

/** A private key with what it is for. Signing keys have a holder and a role, as on the card. */
export const LocalKey = z.strictObject({
  holder: text(120),
  jwk: PrivateJwk,
  role: z.enum(["data-owner", "privacy-officer", "security", "legal", "technical", "business"]),
  use: z.enum(["sign", "result", "access"]),
})
export type LocalKey = z.infer<typeof LocalKey>

export function homeAt(folder: string | undefined): Home {
  return { folder: folder ?? process.env.PARLEY_HOME ?? join(homedir(), ".parley") }
}

/** Path inside the home. */
export function inHome(home: Home, ...parts: readonly string[]): string {
  return join(home.folder, ...parts)
}

/** The party that this home belongs to; an error that says how to begin when there is none. */
export async function localParty(home: Home): Promise<LocalParty> {
  const bytes = await readCapped(inHome(home, "party.json"), 16 * 1024)
  if (bytes !== null) return parseLoose(bytes, LocalParty, 16 * 1024)
  throw new ParleyError("file-missing", `${home.folder} is not set up yet`, { todo: "Run `parley init` first." })
}

/** Whether somebody's party is set up here; a room can be read without one. */
export async function isSetUp(home: Home): Promise<boolean> {
  return (await readCapped(inHome(home, "party.json"), 16 * 1024)) !== null
}

export async function readHomeJson<S extends z.ZodType>(home: Home, path: string, schema: S): Promise<z.output<S>> {
  return parseLoose(await readRequired(inHome(home, path), 64 * 1024 * 1024), schema, 64 * 1024 * 1024)
}

/** Writes a file of the home with mode 0600. */
export async function writeHomeJson(home: Home, path: string, value: unknown): Promise<void> {
  await writeAtomically(inHome(home, path), canonicalBytes(value), 0o600)
}
