import type { Contract } from "../../../shared/contract/contract.ts"
import type { AnalysisRule } from "../../../shared/contract/rule.ts"
import type { ErrorCode } from "../../../shared/errors/index.ts"
import type { HostileQuery } from "../case.ts"
import { hostile, withDataset, withRule } from "./bases.ts"

/** A contract that nobody may sign, with a query that is in order. */
const contract = (id: string, title: string, clauses: string, code: ErrorCode, edit: (contract: Contract) => void) =>
  hostile("media", `contract-${id}`, title, clauses, code, { edit })
const ofRule = (id: string, title: string, clauses: string, code: ErrorCode, change: (rule: AnalysisRule) => void) =>
  contract(id, title, clauses, code, withRule("purchases", change))
const ofItems = (change: (range: { max: number; min: number; step: number }) => void) =>
  withDataset("purchases", ({ columns }) => {
    const items = columns.find(({ name }) => name === "items")
    if (items?.type === "integer") change(items.range)
  })
const ofQuery = (change: (query: Contract["queries"][number]) => void) => (draft: Contract) => {
  const [query] = draft.queries
  if (query !== undefined) change(query)
}

export const contracts: readonly HostileQuery[] = [
  ofRule("list", "A row-level list of everybody in the overlap.", "RULE-14", "contract-lists-unsupported", (rule) => {
    rule.kind = "list"
  }),
  ofRule("threshold-below", "A threshold of two without anybody's name.", "RULE-16", "contract-invalid", (rule) => {
    rule.threshold.minIdentities = 2
  }),
  ofRule(
    "threshold-column-below",
    "A threshold of two for one column without anybody's name.",
    "RULE-16",
    "contract-invalid",
    (rule) => {
      rule.threshold.columns = [{ column: "amount", minIdentities: 2 }]
    },
  ),
  ofRule(
    "threshold-unknown-column",
    "A threshold for a column that is not there protects nothing.",
    "RULE-16",
    "contract-invalid",
    (rule) => {
      rule.threshold.columns = [{ column: "amounts", minIdentities: 100 }]
    },
  ),
  ofRule(
    "never-unknown-column",
    "A column that is never compared, with a typing mistake.",
    "RULE-6",
    "contract-invalid",
    (rule) => {
      rule.neverCompared = ["amounts"]
    },
  ),
  ofRule(
    "joined-with-nobody",
    "Required to be joined with a dataset that is not there.",
    "RULE-9",
    "contract-invalid",
    (rule) => {
      rule.joinRequired = ["customers"]
    },
  ),
  ofRule("recipient-unknown", "A recipient that is no party.", "RULE-10", "contract-invalid", (rule) => {
    rule.allowedRecipients = ["stranger"]
  }),
  ofRule("purpose-unknown", "A purpose that the terms do not name.", "RULE-10", "contract-invalid", (rule) => {
    rule.purposes = ["anything"]
  }),
  ofRule("aggregate-of-dimension", "A dimension is added up.", "RULE-3", "contract-invalid", (rule) => {
    rule.aggregateColumns = [{ column: "category", functions: ["sum"] }]
  }),
  ofRule("aggregate-twice", "A column listed twice with different functions.", "RULE-3", "contract-invalid", (rule) => {
    rule.aggregateColumns = [
      { column: "amount", functions: ["avg"] },
      { column: "amount", functions: ["sum"] },
    ]
  }),
  ofRule("join-on-value", "A value as a join column.", "RULE-8", "contract-invalid", (rule) => {
    rule.joinColumns = ["items"]
  }),
  ofRule("identity-as-dimension", "The identity as a dimension.", "RULE-4", "contract-invalid", (rule) => {
    rule.dimensionColumns = ["id"]
  }),
  ofRule("identity-as-filter", "The identity as a filter.", "RULE-2", "contract-invalid", (rule) => {
    rule.filterColumns = ["id"]
  }),
  ofRule(
    "template-without-kind",
    "Templates of a rule that does not ask for them.",
    "RULE-11",
    "contract-invalid",
    (rule) => {
      rule.templates = ["0".repeat(64)]
    },
  ),
  ofRule(
    "kind-without-template",
    "A template rule without a template allows nothing, or everything.",
    "RULE-11",
    "contract-invalid",
    (rule) => {
      rule.kind = "template"
    },
  ),
  ofRule("sum-step-zero", "A rounding step of zero.", "RULE-13", "contract-invalid", (rule) => {
    rule.rounding.sumStep = "0"
  }),
  ofRule("sum-step-negative", "A negative rounding step.", "RULE-13", "contract-invalid", (rule) => {
    rule.rounding.sumStep = "-5"
  }),
  contract(
    "roundings-conflict",
    "Two roundings without a common step that a receipt can state.",
    "RULE-13",
    "contract-invalid",
    (draft) => {
      withRule("purchases", ({ rounding }) => {
        rounding.countStep = 10_000
      })(draft)
      withRule("subscribers", ({ rounding }) => {
        rounding.countStep = 1023
      })(draft)
    },
  ),
  contract(
    "range-turned",
    "A range that ends before it begins refuses every row, or none.",
    "QRY-18",
    "contract-invalid",
    ofItems((range) => {
      range.max = 0
    }),
  ),
  contract(
    "range-off-grid",
    "A range whose end is not on its own grid.",
    "QRY-18",
    "contract-invalid",
    ofItems((range) => {
      range.step = 4
    }),
  ),
  contract(
    "two-identities",
    "Two identity columns: persons are tied by either.",
    "QRY-11",
    "contract-invalid",
    withDataset("purchases", ({ columns }) => {
      columns.push({ meaning: "another", name: "other", role: "identity", type: "identity" })
    }),
  ),
  contract(
    "no-identity",
    "No identity column: rows belong to nobody.",
    "QRY-11",
    "contract-invalid",
    withDataset("purchases", ({ columns }) => {
      columns.shift()
    }),
  ),
  contract("same-table", "Two datasets under one table name.", "QRY-2", "contract-invalid", ({ datasets }) => {
    const [first] = datasets
    if (first !== undefined) datasets.push({ ...first, lineage: "B".repeat(22) })
  }),
  contract("same-lineage", "Two datasets that share their counters.", "CON-5", "contract-invalid", ({ datasets }) => {
    const [first] = datasets
    if (first !== undefined) datasets.push({ ...first, name: "copy" })
  }),
  contract(
    "owner-unknown",
    "A dataset of nobody: no rule of an owner holds.",
    "CON-1",
    "contract-invalid",
    withDataset("purchases", (dataset) => {
      dataset.owner = "stranger"
    }),
  ),
  contract("query-twice", "Two queries of one name.", "QRY-9", "contract-invalid", ({ queries }) => {
    const [first] = queries
    if (first !== undefined) queries.push(first)
  }),
  contract(
    "query-recipient",
    "A recipient that is no recipient by its role.",
    "RULE-10",
    "contract-invalid",
    ofQuery((query) => {
      query.recipients = ["merchant"]
    }),
  ),
  contract(
    "query-purpose",
    "A purpose that the terms do not name.",
    "RULE-10",
    "contract-invalid",
    ofQuery((query) => {
      query.purpose = "anything"
    }),
  ),
  contract(
    "output-twice",
    "Two output columns of one name.",
    "QRY-9",
    "contract-invalid",
    ofQuery(({ output }) => {
      output.push({ kind: "count", name: "people" })
    }),
  ),
  contract(
    "output-unknown",
    "A declared dimension of a column that is not there.",
    "QRY-9",
    "contract-invalid",
    ofQuery((query) => {
      query.output[0] = { column: "nation", dataset: "subscribers", kind: "dimension", name: "region" }
    }),
  ),
  contract(
    "parameter-turned",
    "A parameter whose range ends before it begins.",
    "QRY-14",
    "contract-invalid",
    ofQuery(({ parameters }) => {
      parameters.push({ name: "p", range: { max: 1, min: 5 }, type: "integer" })
    }),
  ),
  contract(
    "noise-beside-thresholds",
    "Noise in a contract whose groups are withheld by true counts.",
    "DP-1",
    "contract-invalid",
    ofQuery((query) => {
      query.privacy = { clamps: [], groupsPerIdentity: 1, rho: "0.1" }
    }),
  ),
  ofRule(
    "budget-without-noise",
    "A privacy budget on which nothing is ever booked.",
    "DP-1",
    "contract-invalid",
    (rule) => {
      rule.privacyBudget = { delta: "0.000001", epsilon: "1" }
    },
  ),
  contract(
    "private-without-budget",
    "A private contract whose owners and queries name no budget.",
    "DP-1",
    "contract-invalid",
    (draft) => {
      draft.release = { delaySeconds: 60, mode: "differential-privacy" }
    },
  ),
]
