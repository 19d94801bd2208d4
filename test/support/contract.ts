import { sha256 } from "@noble/hashes/sha2.js"
import { toBase64url, toHex } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import type { ContractParty } from "../../shared/contract/party.ts"
import { keyId, publicPart } from "../../shared/signed/keys.ts"
import { makeVector } from "../../shared/tokens/vectors.ts"
import { integerColumn, testDataset, textColumn } from "./datasets.ts"
import { testKey } from "./keys.ts"

/** A party with one key of each kind. */
async function testParty(name: string, roles: ContractParty["roles"]): Promise<ContractParty> {
  const [sign, result, access] = (await Promise.all([testKey(), testKey(), testKey()])).map(publicPart)
  if (sign === undefined || result === undefined || access === undefined) throw new Error("no keys")
  const approval = { keys: [keyId(sign)], required: 1 }
  return {
    approvals: { contract: approval, grant: approval },
    card: {
      accessKey: access,
      created: "2026-01-01T00:00:00Z",
      format: "parley/card/v1",
      name,
      resultKey: result,
      signingKeys: [{ holder: "Ada", jwk: sign, role: "data-owner" }],
      title: name,
    },
    roles,
  }
}

/** A contract that passes every check: two owners, a recipient that owns nothing, one query. */
export async function testContract(): Promise<Contract> {
  const root = new Uint8Array(100)
  const purpose = "overlap-analysis"
  const owned = () => ({ allowedRecipients: ["agency"], purposes: [purpose] })
  const accounts = testDataset("accounts", "bank", [
    integerColumn("balance", "measure", -100, 1000),
    integerColumn("branch", "dimension", 0, 9),
  ])
  const persons = testDataset("persons", "bureau", [
    textColumn("region", ["east", "west"]),
    integerColumn("age", "attribute", 0, 120),
  ])
  return {
    datasets: [accounts, persons].map((dataset) => ({ ...dataset, rule: { ...dataset.rule, ...owned() } })),
    evidence: {
      format: "aws-nitro",
      imageUpdates: null,
      images: [{ label: "test", pcr0: "1".repeat(96), pcr1: "2".repeat(96), pcr2: "3".repeat(96) }],
      trustAnchor: { certificate: toBase64url(root), name: "test", sha256: toHex(sha256(root)), simulated: true },
    },
    format: "parley/contract/v1",
    id: "A".repeat(22),
    limits: { grantLifetimeSeconds: 3600, parameterSetsPerQuery: 3, runSeconds: 600, runs: 10, versionsPerDataset: 3 },
    parties: [
      await testParty("bank", ["owner"]),
      await testParty("bureau", ["owner"]),
      await testParty("agency", ["recipient"]),
    ],
    predecessor: null,
    queries: [
      {
        maxGroups: 100,
        meaning: "overlap",
        name: "overlap",
        output: [
          { column: "region", dataset: "persons", kind: "dimension", name: "region" },
          { kind: "count", name: "people" },
          { kind: "sum", name: "total", reads: [{ column: "balance", dataset: "accounts" }] },
        ],
        parameters: [{ name: "youngest", range: { max: 100, min: 0 }, type: "integer" }],
        privacy: null,
        purpose,
        recipients: ["agency"],
        sql: BASE_SQL,
      },
    ],
    release: { mode: "threshold" },
    terms: {
      agreement: { reference: "test", sha256: "0".repeat(64) },
      outputOwner: "agency",
      payer: "agency",
      purposes: [{ meaning: "test", name: purpose }],
      residency: "EU",
      retention: { inputs: "a year", results: "a year" },
    },
    title: "Test",
    tokenSpecs: [
      {
        algorithm: "hmac-sha256-128",
        issuer: "bank",
        meaning: "people",
        name: "identities",
        normalization: ["nfkc", "trim", "lowercase"],
        secretCommitment: "4".repeat(64),
        vectors: [makeVector({ name: "identities", normalization: ["nfkc", "trim", "lowercase"] }, " Ａda ")],
      },
    ],
    validity: { notAfter: "2027-01-01T00:00:00Z", notBefore: "2026-01-01T00:00:00Z" },
  }
}

export const BASE_SQL = `SELECT persons.region, count(DISTINCT accounts.id) AS people, sum(accounts.balance) AS total
FROM accounts JOIN persons ON accounts.id = persons.id
WHERE persons.age >= $youngest
GROUP BY persons.region`
