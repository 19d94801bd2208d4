import * as z from "zod"
import { Card } from "../../shared/contract/party.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { canonicalBytes, parseCanonical, parseLoose } from "../../shared/json/canonical.ts"
import { Instant } from "../../shared/json/fields.ts"
import { instant } from "../../shared/json/instant.ts"
import { openJws, peekJwsUnverified } from "../../shared/signed/jws.ts"
import { publicPart } from "../../shared/signed/keys.ts"
import { KINDS, objectDigest } from "../../shared/signed/kinds.ts"
import { colleagues } from "./colleagues.ts"
import { listFiles, readCapped } from "./files.ts"
import { type Home, inHome, localParty, readHomeJson, writeHomeJson } from "./home.ts"
import { localKey, localKeys } from "./keys.ts"

const MAX_CARD_BYTES = KINDS.card.maxBytes

/** A card in the address book, with the day on which its fingerprint was compared. */
const AddressBookEntry = z.strictObject({ card: Card, confirmedAt: Instant })

/** 128 bits of a card's digest in groups of four, to read out by voice. */
export function fingerprint(card: Card): string {
  const digest = cardDigest(card).slice(0, 32)
  return (digest.match(/.{4}/g) ?? []).join(" ")
}

export function cardDigest(card: Card): string {
  return objectDigest("card", canonicalBytes(card))
}

/** Whether a fingerprint is the one that somebody read out: blanks and case do not count. */
export function sameFingerprint(heard: string, shown: string): boolean {
  const plain = (text: string) => text.replace(/\s+/g, "").toLowerCase()
  return plain(heard) === plain(shown)
}

/** Makes this party's card from the home's keys and those that colleagues keep in homes of their own. */
export async function writeOwnCard(home: Home): Promise<Card> {
  const party = await localParty(home)
  const own = (await localKeys(home)).filter(({ use }) => use === "sign")
  const signing = [...own, ...(await colleagues(home))]
  const card: Card = {
    accessKey: publicPart((await localKey(home, "access")).jwk),
    created: instant(new Date()),
    format: "parley/card/v1",
    name: party.name,
    resultKey: publicPart((await localKey(home, "result")).jwk),
    signingKeys: signing.map(({ holder, jwk, role }) => ({ holder, jwk: publicPart(jwk), role })),
    title: party.title,
  }
  await writeHomeJson(home, "card.json", card)
  return card
}

export function ownCard(home: Home): Promise<Card> {
  return readHomeJson(home, "card.json", Card)
}

/** A card from a file: the JWS must be by one of the card's own signing keys, which proves that somebody holds it. */
export async function openCard(jws: Uint8Array): Promise<Card> {
  const claimed = parseCanonical(peekJwsUnverified("card", jws).payload, Card, MAX_CARD_BYTES)
  return (
    await openJws(
      "card",
      jws,
      Card,
      claimed.signingKeys.map(({ jwk }) => jwk),
    )
  ).payload
}

/** All confirmed cards, by name. */
export async function addressBook(home: Home): Promise<ReadonlyMap<string, Card>> {
  const names = await listFiles(inHome(home, "address-book"))
  const entries = await Promise.all(names.map((name) => readHomeJson(home, `address-book/${name}`, AddressBookEntry)))
  return new Map(entries.map(({ card }) => [card.name, card]))
}

export async function confirmCard(home: Home, card: Card, at: Date): Promise<void> {
  await writeHomeJson(home, `address-book/${card.name}.json`, { card, confirmedAt: instant(at) })
}

/** The confirmed card of a party, or this party's own; a proposer could otherwise play a third party with its own key. */
export async function knownCard(home: Home, name: string): Promise<Card> {
  const own = await readCapped(inHome(home, "card.json"), MAX_CARD_BYTES)
  const card = own === null ? null : parseLoose(own, Card, MAX_CARD_BYTES)
  if (card?.name === name) return card
  const known = (await addressBook(home)).get(name)
  if (known === undefined) throw new ParleyError("party-unknown", `${name} is not in the address book`)
  return known
}

/** Throws unless every card is the confirmed one. */
export async function requireKnownCards(home: Home, cards: readonly Card[]): Promise<void> {
  for (const card of cards) {
    const known = await knownCard(home, card.name)
    if (cardDigest(known) !== cardDigest(card)) {
      throw new ParleyError("party-mismatch", `${card.name}: the card is not the one in the address book`)
    }
  }
}
