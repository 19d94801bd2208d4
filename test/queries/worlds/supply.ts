import type { Dataset } from "../../../shared/contract/dataset.ts"
import { dataset, day, instant, money, text, whole } from "./columns.ts"

/** A buyer's orders and a vendor's deliveries of them: the identity is an order. */
export const supplyDatasets: readonly Dataset[] = [
  dataset("orders", "buyer", 1, [
    instant("ordered_at", "2026-01-01", "2026-06-30"),
    text("plant", ["alpha", "beta", "gamma"]),
    money("value", "10", "20000"),
    whole("quantity", "measure", 1, 500),
  ]),
  dataset("deliveries", "vendor", 3, [
    day("promised_on", "2026-01-01", "2026-09-30"),
    day("delivered_on", "2026-01-01", "2026-12-31", true),
    text("carrier", ["rail", "road", "sea"]),
    whole("delivered", "measure", 0, 500),
    whole("damaged", "measure", 0, 50),
  ]),
]
