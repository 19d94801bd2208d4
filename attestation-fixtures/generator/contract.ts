import { hkdf } from "@noble/hashes/hkdf.js"
import { hmac } from "@noble/hashes/hmac.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, concat, toBase64url, toHex, utf8 } from "../../shared/bytes.ts"
import { keyOf, makeChain } from "./chain.ts"
import { type Json, sortedJson } from "./json.ts"

const NAMES = ["bank", "bureau", "agency"] as const
const PURPOSE = "overlap-analysis"

export const IMAGES = [0x10, 0x30].map((first) => {
  const [pcr0, pcr1, pcr2] = [0, 1, 2].map((index) => toHex(new Uint8Array(48).fill(first + index)))
  return { label: `image ${toHex(Uint8Array.of(first))}`, pcr0: pcr0 ?? "", pcr1: pcr1 ?? "", pcr2: pcr2 ?? "" }
})

const TERMS = {
  agreement: { reference: "none: test vectors", sha256: "0".repeat(64) },
  outputOwner: "agency",
  payer: "agency",
  purposes: [{ meaning: "test", name: PURPOSE }],
  residency: "none",
  retention: { inputs: "none", results: "none" },
}

const QUERY = {
  maxGroups: 1,
  meaning: "people known to both",
  name: "overlap",
  output: [{ kind: "count", name: "people" }],
  parameters: [],
  privacy: null,
  purpose: PURPOSE,
  recipients: ["agency"],
  sql: "SELECT count(DISTINCT accounts.id) AS people FROM accounts JOIN persons ON accounts.id = persons.id",
}

const RULE = {
  aggregateColumns: [],
  allowedRecipients: ["agency"],
  dimensionColumns: [],
  dominance: [],
  filterColumns: [],
  joinColumns: ["id"],
  joinRequired: [],
  kind: "aggregation",
  limits: { runs: null, versions: null },
  neverCompared: [],
  privacyBudget: null,
  purposes: [PURPOSE],
  rounding: { countStep: 1, sumStep: null },
  rowCounts: [],
  scalarFunctions: [],
  templates: [],
  threshold: { columns: [], minIdentities: 50, override: null },
}

export const ROOT = makeChain().cabundle[0] ?? new Uint8Array()
export const ROOT_SHA256 = toHex(sha256(ROOT))

/** A small contract in RFC 8785 form, so that PCR16 has something to be the digest of. It allows two images. */
export function contractBytes(over: { readonly title?: string; readonly anchor?: Json } = {}): Bytes {
  const anchor = { certificate: toBase64url(ROOT), name: "SIMULATED", sha256: ROOT_SHA256, simulated: true }
  return utf8(
    sortedJson({
      datasets: [dataset("accounts", "bank"), dataset("persons", "bureau")],
      evidence: { format: "aws-nitro", imageUpdates: null, images: IMAGES, trustAnchor: over.anchor ?? anchor },
      format: "parley/contract/v1",
      id: toBase64url(new Uint8Array(16).fill(1)),
      limits: {
        grantLifetimeSeconds: 3600,
        parameterSetsPerQuery: 1,
        runSeconds: 600,
        runs: 10,
        versionsPerDataset: 3,
      },
      parties: NAMES.map(party),
      predecessor: null,
      queries: [QUERY],
      release: { mode: "threshold" },
      terms: TERMS,
      title: over.title ?? "Attestation fixtures",
      tokenSpecs: [tokenSpec()],
      validity: { notAfter: "2027-01-01T00:00:00Z", notBefore: "2026-01-01T00:00:00Z" },
    }),
  )
}

/** SPEC.md SIG-3. */
export function contractDigest(bytes: Uint8Array): Bytes {
  return sha256(concat(utf8("parley/contract/v1"), new Uint8Array(1), bytes))
}

export const CONTRACT_DIGEST = contractDigest(contractBytes())

function party(name: (typeof NAMES)[number]) {
  const jwk = (use: string) => {
    const { point } = keyOf(`${name} ${use}`)
    return { crv: "P-384", kty: "EC", x: toBase64url(point.subarray(1, 49)), y: toBase64url(point.subarray(49)) }
  }
  const signing = jwk("signing")
  const approval = { keys: [toBase64url(sha256(utf8(sortedJson(signing))))], required: 1 }
  return {
    approvals: { contract: approval, grant: approval },
    card: {
      accessKey: jwk("access"),
      created: "2026-01-01T00:00:00Z",
      format: "parley/card/v1",
      name,
      resultKey: jwk("result"),
      signingKeys: [{ holder: "Test", jwk: signing, role: "data-owner" }],
      title: `Test ${name}`,
    },
    roles: [name === "agency" ? "recipient" : "owner"],
  }
}

function dataset(name: string, owner: string) {
  return {
    columns: [{ meaning: "person", name: "id", role: "identity", type: "identity" }],
    freshness: null,
    lineage: toBase64url(sha256(utf8(name)).slice(0, 16)),
    maxRows: 1000,
    maxRowsPerIdentity: 1,
    name,
    owner,
    rowFilter: null,
    rule: RULE,
    tokenSpec: "identities",
  }
}

/** SPEC.md TOK-2 and TOK-3, for one input that normalises to itself. */
function tokenSpec() {
  const secret = sha256(utf8("parley/public-test-token-secret/v1"))
  const info = concat(utf8("parley/token/v1"), new Uint8Array(1), utf8("identities"))
  const mac = toHex(hmac(sha256, hkdf(sha256, secret, undefined, info, 32), utf8("x")).slice(0, 16))
  const token = mac.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
  return {
    algorithm: "hmac-sha256-128",
    issuer: "bank",
    meaning: "people",
    name: "identities",
    normalization: ["trim"],
    secretCommitment: "4".repeat(64),
    vectors: [{ input: "x", normalized: "x", token }],
  }
}
