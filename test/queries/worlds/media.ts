import type { Dataset } from "../../../shared/contract/dataset.ts"
import { dataset, day, flag, instant, money, text, whole } from "./columns.ts"

/** A publisher's impressions, a merchant's purchases, a broadcaster's subscribers. */
export const mediaDatasets: readonly Dataset[] = [
  dataset("impressions", "publisher", 8, [
    instant("shown_at", "2026-01-01", "2026-03-31"),
    text("campaign", ["autumn", "brand", "retarget", "spring"]),
    text("placement", ["feed", "search", "story"]),
    money("cost", "0", "5"),
    whole("seconds", "measure", 0, 60, true),
  ]),
  dataset(
    "purchases",
    "merchant",
    5,
    [
      instant("bought_at", "2026-01-01", "2026-04-30"),
      text("category", ["food", "home", "sport"]),
      money("amount", "0", "500"),
      whole("items", "measure", 1, 10),
      flag("refunded"),
    ],
    { rounding: { countStep: 5, sumStep: "100" } },
  ),
  dataset("subscribers", "broadcaster", 1, [
    text("region", ["east", "north", "south", "west"]),
    whole("age", "dimension", 18, 99),
    day("joined_on", "2015-01-01", "2026-01-01"),
    text("plan", ["basic", "plus"], true),
    flag("active"),
  ]),
]
