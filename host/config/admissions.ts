import { join } from "node:path"
import { Card } from "../../shared/contract/party.ts"
import { canonicalBytes, parseCanonical } from "../../shared/json/canonical.ts"
import { keyId } from "../../shared/signed/keys.ts"
import { KINDS } from "../../shared/signed/kinds.ts"
import { listFiles, readRequired, writeAtomically } from "../../verifier/cli/files.ts"

/** Which parties the operator lets use this host, by their cards. Read anew, so that a running host sees changes. */
export class Admissions {
  readonly #folder: string

  constructor(data: string) {
    this.#folder = join(data, "parties")
  }

  async admit(card: Card): Promise<void> {
    await writeAtomically(join(this.#folder, `${card.name}.json`), canonicalBytes(card))
  }

  async cards(): Promise<readonly Card[]> {
    const names = await listFiles(this.#folder)
    return Promise.all(
      names.map(async (name) =>
        parseCanonical(await readRequired(join(this.#folder, name), KINDS.card.maxBytes), Card, KINDS.card.maxBytes),
      ),
    )
  }

  async byAccessKey(kid: string): Promise<Card | null> {
    return (await this.cards()).find(({ accessKey }) => keyId(accessKey) === kid) ?? null
  }
}
