import { createHash } from "node:crypto"
import { sha256 } from "@noble/hashes/sha2.js"
import { toBase64url, toHex } from "../../../shared/bytes.ts"
import type { Contract } from "../../../shared/contract/contract.ts"
import type { Dataset } from "../../../shared/contract/dataset.ts"
import type { ContractParty } from "../../../shared/contract/party.ts"
import type { Query } from "../../../shared/contract/query.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { makeVector } from "../../../shared/tokens/vectors.ts"
import { testKey } from "../../support/keys.ts"
import { fraudDatasets } from "./fraud.ts"
import { healthDatasets } from "./health.ts"
import { mediaDatasets } from "./media.ts"
import { supplyDatasets } from "./supply.ts"

export type World = "fraud" | "health" | "media" | "supply"
export const PURPOSE = "agreed"
export const RECIPIENT = "agency"

export const DATASETS: Readonly<Record<World, readonly Dataset[]>> = {
  fraud: fraudDatasets,
  health: healthDatasets,
  media: mediaDatasets,
  supply: supplyDatasets,
}

const parties = new Map<string, Promise<ContractParty>>()

/** A contract of one world's owners with one query; it passes every check if the query does. */
export async function worldContract(world: World, query: Query): Promise<Contract> {
  const root = new Uint8Array(100)
  const datasets = structuredClone(DATASETS[world]) as Dataset[]
  const owners = [...new Set(datasets.map(({ owner }) => owner))]
  const normalization = ["nfkc", "trim", "lowercase"] as const
  return {
    datasets,
    evidence: {
      format: "aws-nitro",
      imageUpdates: null,
      images: [{ label: "test", pcr0: "1".repeat(96), pcr1: "2".repeat(96), pcr2: "3".repeat(96) }],
      trustAnchor: { certificate: toBase64url(root), name: "test", sha256: toHex(sha256(root)), simulated: true },
    },
    format: "parley/contract/v1",
    id: createHash("sha256").update(world).digest().subarray(0, 16).toString("base64url"),
    limits: { grantLifetimeSeconds: 3600, parameterSetsPerQuery: 1, runSeconds: 600, runs: 10, versionsPerDataset: 1 },
    parties: await Promise.all([...owners.map((name) => party(name, "owner")), party(RECIPIENT, "recipient")]),
    predecessor: null,
    queries: [query],
    release: { mode: "threshold" },
    terms: {
      agreement: { reference: "test", sha256: "7".repeat(64) },
      outputOwner: RECIPIENT,
      payer: RECIPIENT,
      purposes: [
        { meaning: "what was agreed", name: PURPOSE },
        { meaning: "another", name: "resale" },
      ],
      residency: "EU",
      retention: { inputs: "a year", results: "a year" },
    },
    title: world,
    tokenSpecs: [
      {
        algorithm: "hmac-sha256-128",
        issuer: owners[0] ?? RECIPIENT,
        meaning: "people",
        name: "identities",
        normalization: [...normalization],
        secretCommitment: "4".repeat(64),
        vectors: [makeVector({ name: "identities", normalization: [...normalization] }, " Ada ")],
      },
    ],
    validity: { notAfter: "2027-01-01T00:00:00Z", notBefore: "2026-01-01T00:00:00Z" },
  }
}

/** A party with one key of each kind, made once. */
function party(name: string, role: "owner" | "recipient"): Promise<ContractParty> {
  const known = parties.get(name) ?? newParty(name, role)
  parties.set(name, known)
  return known
}

async function newParty(name: string, role: "owner" | "recipient"): Promise<ContractParty> {
  const sign = publicPart(await testKey())
  const approval = { keys: [keyId(sign)], required: 1 }
  return {
    approvals: { contract: approval, grant: approval },
    card: {
      accessKey: publicPart(await testKey()),
      created: "2026-01-01T00:00:00Z",
      format: "parley/card/v1",
      name,
      resultKey: publicPart(await testKey()),
      signingKeys: [{ holder: "Ada", jwk: sign, role: "data-owner" }],
      title: name,
    },
    roles: [role],
  }
}
