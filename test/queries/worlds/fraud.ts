import type { Dataset } from "../../../shared/contract/dataset.ts"
import { dataset, day, instant, money, text, whole } from "./columns.ts"

const CHANNELS = ["app", "card", "wire"]

/** Two banks: accounts and outgoing transfers of one, incoming transfers of the other, whose times and risk are never compared with a literal. */
export const fraudDatasets: readonly Dataset[] = [
  dataset("accounts", "bank-a", 1, [
    day("opened_on", "2000-01-01", "2026-01-01"),
    whole("branch", "dimension", 1, 5),
    money("balance", "-1000", "50000"),
  ]),
  dataset("transfers-a", "bank-a", 6, [
    instant("sent_at", "2026-02-01", "2026-02-28"),
    money("value", "0", "10000"),
    text("channel", CHANNELS),
  ]),
  dataset(
    "transfers-b",
    "bank-b",
    6,
    [
      instant("received_at", "2026-02-01", "2026-02-28"),
      money("value", "0", "10000"),
      text("channel", CHANNELS),
      whole("risk", "measure", 0, 100),
    ],
    {
      dominance: [
        { k: 60, kind: "n-k", n: 2 },
        { kind: "p-percent", p: 20 },
      ],
      joinRequired: ["transfers-a"],
      neverCompared: ["received_at", "risk"],
      threshold: { columns: [{ column: "value", minIdentities: 40 }], minIdentities: 25, override: null },
    },
  ),
]
