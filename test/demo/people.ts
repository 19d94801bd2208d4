/** A seeded generator (mulberry32): the same people at every run. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const BANDS = ["low", "medium", "high", "watched"] as const
const PEOPLE = 400_000
const MULES = 900

/**
 * Clients of two banks, in CSV. A mule receives ordinary amounts at either bank and sends nearly all of it on at once:
 * at one bank alone the band hides it among thousands, at both together it does not.
 */
export function clients(bank: "north" | "south"): { readonly csv: string; readonly rows: number } {
  const random = seeded(bank === "north" ? 1 : 2)
  const lines = [bank === "north" ? "client;band;forwarded" : "id,band,forwarded"]
  for (let person = 0; person < PEOPLE; person++) {
    const mule = person < MULES
    const known = mule || (bank === "north" ? person % 3 !== 0 : person % 3 !== 1)
    if (!known) continue
    const band = mule ? "medium" : bandOf(random())
    const forwarded = mule ? 92 + Math.floor(random() * 8) : Math.floor(random() * 40) + 1
    const separator = bank === "north" ? ";" : ","
    lines.push([identity(bank, person, random()), band, forwarded].join(separator))
  }
  return { csv: `${lines.join("\n")}\n`, rows: lines.length - 1 }
}

/** Hardly anybody is on a watch list: those groups are too small to leave. */
function bandOf(chance: number): (typeof BANDS)[number] {
  if (chance > 0.9995) return "watched"
  return BANDS[Math.floor(chance ** 2 * 3)] ?? "high"
}

/** Every bank writes mail addresses its own way; some in capitals, some with blanks, some full-width. */
function identity(bank: string, person: number, chance: number): string {
  const plain = `client${person}@mail.example`
  if (bank === "north") return chance < 0.3 ? plain.toUpperCase() : plain
  if (chance < 0.2) return `  ${plain} `
  return chance < 0.4 ? plain.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))) : plain
}
