import type { Dataset } from "../../../shared/contract/dataset.ts"
import { dataset, day, flag, text, whole } from "./columns.ts"

/** A hospital's admissions, a sponsor's trial arms, a laboratory's values. */
export const healthDatasets: readonly Dataset[] = [
  dataset("admissions", "hospital", 4, [
    day("admitted_on", "2025-01-01", "2026-06-30"),
    text("ward", ["cardiology", "oncology", "orthopaedics"]),
    whole("days", "measure", 0, 60),
    flag("emergency"),
  ]),
  dataset(
    "arms",
    "sponsor",
    1,
    [
      text("arm", ["drug", "placebo"]),
      day("enrolled_on", "2025-01-01", "2025-12-31"),
      whole("age", "dimension", 18, 90),
    ],
    { rowCounts: [] },
  ),
  dataset(
    "labs",
    "laboratory",
    5,
    [
      day("taken_on", "2025-01-01", "2026-06-30"),
      {
        meaning: "glycated haemoglobin",
        name: "hba1c",
        nullable: true,
        range: { max: "15", min: "3", step: "0.1" },
        role: "measure",
        scale: 1,
        type: "decimal",
      },
    ],
    { scalarFunctions: ["coalesce", "date_diff", "greatest", "subtract"] },
  ),
]
