import { Chance, people, type Row, type Rows, stamp, token } from "./chance.ts"
import type { World } from "./contract.ts"

/** Small data of every world, made anew each time from a seed. Each has a group that is too small on purpose. */
export const ROWS: Readonly<Record<World, () => Rows>> = {
  fraud: fraudRows,
  health: healthRows,
  media: mediaRows,
  supply: supplyRows,
}

/** Twelve subscribers in the south; the campaign `retarget` reached thirteen people. */
function mediaRows(): Rows {
  const chance = new Chance(11)
  const id = (person: number) => token("media", person)
  const subscribers = people(0, 1800).map((person): Row => {
    const region = person < 12 ? "south" : chance.pick(["east", "north", "west"])
    const plan = chance.likely(0.15) ? null : chance.pick(["basic", "plus"])
    const age = `${chance.whole(18, 99)}`
    return [id(person), region, age, chance.day("2015-01-01", "2026-01-01"), plan, `${chance.likely(0.9)}`]
  })
  const impressions = people(0, 2400).flatMap((person) => {
    if (!chance.likely(0.7)) return []
    return chance.times(8).map((): Row => {
      const campaign = person % 180 === 0 ? "retarget" : chance.pick(["brand", "spring", "autumn"])
      const seconds = chance.likely(0.04) ? null : `${chance.whole(0, 60)}`
      const shown = stamp(chance.second("2026-01-01", "2026-03-31"))
      return [id(person), shown, campaign, chance.pick(["feed", "search", "story"]), chance.cents(0, 500), seconds]
    })
  })
  const purchases = people(0, 2200).flatMap((person) => {
    if (!chance.likely(0.55)) return []
    return chance.times(5).map((): Row => {
      const amount = chance.cents(100, chance.likely(0.05) ? 50_000 : 8000)
      const bought = stamp(chance.second("2026-01-01", "2026-04-30"))
      const category = chance.pick(["food", "home", "sport"])
      return [id(person), bought, category, amount, `${chance.whole(1, 10)}`, `${chance.likely(0.05)}`]
    })
  })
  return { impressions, purchases, subscribers }
}

/** Branch 5 has thirty small accounts and one that holds nearly everything. */
function fraudRows(): Rows {
  const chance = new Chance(12)
  const id = (person: number) => token("fraud", person)
  const accounts = people(0, 1000).map((person): Row => {
    const opened = chance.day("2000-01-01", "2026-01-01")
    if (person < 31) return [id(person), opened, "5", person === 0 ? "50000.00" : chance.cents(100, 9000)]
    return [id(person), opened, chance.pick(["1", "2", "3", "4"]), chance.cents(-100_000, 900_000)]
  })
  const sent = new Map<number, number>()
  const outgoing = people(0, 1200).flatMap((person) => {
    if (!chance.likely(0.75)) return []
    return chance.times(6).map((): Row => {
      const second = chance.second("2026-02-01", "2026-02-27")
      sent.set(person, second)
      return [id(person), stamp(second), chance.cents(100, 1_000_000), chance.pick(["card", "app", "wire"])]
    })
  })
  const incoming = people(200, 1500).flatMap((person) => {
    if (!chance.likely(0.75)) return []
    return chance.times(6).map((): Row => {
      const before = sent.get(person)
      const near = before !== undefined && chance.likely(0.3)
      const second = near ? before + chance.whole(10, 1500) : chance.second("2026-02-01", "2026-02-27")
      const channel = chance.pick(["card", "app", "wire"])
      return [id(person), stamp(second), chance.cents(100, 1_000_000), channel, `${chance.whole(0, 100)}`]
    })
  })
  return { accounts, "transfers-a": outgoing, "transfers-b": incoming }
}

/** Seven patients of orthopaedics went home the same day: they contribute no days. */
function healthRows(): Rows {
  const chance = new Chance(13)
  const id = (person: number) => token("health", person)
  const arms = people(0, 1000).map((person): Row => {
    return [
      id(person),
      chance.likely(0.5) ? "drug" : "placebo",
      chance.day("2025-01-01", "2025-12-31"),
      `${chance.whole(18, 90)}`,
    ]
  })
  const admissions = people(300, 1200).flatMap((person) => {
    if (!chance.likely(0.7)) return []
    const ward = person % 9 === 0 ? "orthopaedics" : chance.pick(["cardiology", "oncology"])
    const sameDay = ward === "orthopaedics" && person < 420
    return chance.times(4).map((): Row => {
      const days = sameDay ? "0" : `${chance.whole(1, 30)}`
      return [id(person), chance.day("2025-01-01", "2026-06-30"), ward, days, `${chance.likely(0.4)}`]
    })
  })
  const labs = people(0, 1100).flatMap((person) => {
    if (!chance.likely(0.8)) return []
    return chance.times(5).map((): Row => {
      const value = chance.likely(0.1) ? null : (chance.whole(45, 120) / 10).toFixed(1)
      return [id(person), chance.day("2025-01-01", "2026-06-30"), value]
    })
  })
  return { admissions, arms, labs }
}

/** Sixteen orders went by sea. */
function supplyRows(): Rows {
  const chance = new Chance(14)
  const id = (order: number) => token("supply", order)
  const orders = people(0, 1500).map((order): Row => {
    const ordered = stamp(chance.second("2026-01-01", "2026-06-30"))
    return [
      id(order),
      ordered,
      chance.pick(["alpha", "beta", "gamma"]),
      chance.cents(1000, 2_000_000),
      `${chance.whole(1, 500)}`,
    ]
  })
  const deliveries = people(0, 1400).flatMap((order) => {
    const carrier = order < 16 ? "sea" : chance.pick(["road", "rail"])
    return chance.times(3).map((): Row => {
      const promised = Date.parse(chance.day("2026-01-15", "2026-09-30"))
      const late = new Date(promised + chance.whole(-5, 20) * 86_400_000).toISOString().slice(0, 10)
      const delivered = chance.likely(0.05) ? null : late
      const when = new Date(promised).toISOString().slice(0, 10)
      return [
        id(order),
        when,
        delivered,
        carrier,
        `${chance.whole(0, 500)}`,
        `${chance.likely(0.8) ? 0 : chance.whole(1, 50)}`,
      ]
    })
  })
  return { deliveries, orders }
}
