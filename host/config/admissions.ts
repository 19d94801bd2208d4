import { join } from "node:path"
import { Card } from "../../shared/contract/party.ts"
import { canonicalBytes, canonicalText, parseCanonical } from "../../shared/json/canonical.ts"
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

  /** Names of the given cards that are not admitted just as they are. Another card under an admitted name is a stranger. */
  async missing(cards: readonly Card[]): Promise<readonly string[]> {
    const admitted = new Set((await this.cards()).map(canonicalText))
    return cards.filter((card) => !admitted.has(canonicalText(card))).map(({ name }) => name)
  }

  async byAccessKey(kid: string): Promise<Card | null> {
    return (await this.cards()).find(({ accessKey }) => keyId(accessKey) === kid) ?? null
  }
}
