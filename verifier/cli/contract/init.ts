import { randomBytes, X509Certificate } from "node:crypto"
import * as z from "zod"
import { toBase64url } from "../../../shared/bytes.ts"
import { checkContract } from "../../../shared/contract/check.ts"
import { Contract } from "../../../shared/contract/contract.ts"
import { Dataset } from "../../../shared/contract/dataset.ts"
import type { ContractParty } from "../../../shared/contract/party.ts"
import { NormalizationStep } from "../../../shared/contract/tokens.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { checkSchema, parseLoose } from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { makeVector } from "../../../shared/tokens/vectors.ts"
import { awsAnchor, trustAnchor } from "../../attestation/anchor.ts"
import { knownCard } from "../cards.ts"
import { readRequired } from "../files.ts"
import type { Home } from "../home.ts"
import { approvalsOf, parseApprovals } from "./approvals.ts"
import { RECIPES, type RecipeName, recipeQuery } from "./recipes.ts"
import { draftTerms, type TermsOptions } from "./terms.ts"

/** Inputs that show what normalisation does: white space, case, full-width digits, leading zeros, accents. */
const VECTOR_INPUTS = ["007", " Ada.Lovelace@Example.ORG ", "ＡＢ１２３", "0049 171 5550100", "Åsa Öberg", "x"]
const DAY_MS = 86_400_000

export interface InitOptions extends TermsOptions {
  readonly recipe: RecipeName
  readonly dataset: readonly string[]
  readonly recipient: readonly string[]
  readonly approvals: readonly string[]
  readonly approver: readonly string[]
  readonly tokenSpec: string
  readonly tokenCommitment: string
  readonly tokenIssuer: string
  readonly normalize: readonly string[]
  readonly image: readonly string[]
  readonly trustRoot?: string
  readonly title?: string
  readonly days: number
}

const ImageFile = z.strictObject({ label: z.string(), pcr0: z.string(), pcr1: z.string(), pcr2: z.string() })

/** Puts a contract together from a recipe, the owners' dataset files and the address book. */
export async function draftContract(home: Home, options: InitOptions, now: Date): Promise<Contract> {
  const datasets = await Promise.all(options.dataset.map(readDataset))
  const recipe = RECIPES[options.recipe]
  const owners = datasets.map(({ owner }) => owner)
  const names = [...new Set([...owners, ...options.recipient, ...options.approver])]
  const rolesOf = (name: string): ContractParty["roles"] => [
    ...(owners.includes(name) ? (["owner"] as const) : []),
    ...(options.recipient.includes(name) ? (["recipient"] as const) : []),
    ...(options.approver.includes(name) ? (["approver"] as const) : []),
  ]
  const cards = await Promise.all(names.map((name) => knownCard(home, name)))
  const approvals = parseApprovals(options.approvals, names)
  const contract: Contract = {
    datasets: datasets.map((dataset) => fitted(dataset, options.recipient, recipe.purpose)),
    evidence: {
      format: "aws-nitro",
      imageUpdates: null,
      images: await readImages(options.image),
      trustAnchor: await readAnchor(options.trustRoot),
    },
    format: "parley/contract/v1",
    id: toBase64url(randomBytes(16)),
    limits: {
      grantLifetimeSeconds: 86_400,
      parameterSetsPerQuery: 1,
      runSeconds: 3600,
      runs: 100,
      versionsPerDataset: 12,
    },
    parties: cards.map((card) => ({
      approvals: approvalsOf(card, approvals),
      card,
      roles: rolesOf(card.name),
    })),
    predecessor: null,
    queries: [recipeQuery(options.recipe, datasets, options.recipient)],
    release: { mode: "threshold" },
    terms: await draftTerms(options, recipe),
    title: options.title ?? recipe.title,
    tokenSpecs: [tokenSpec(options)],
    validity: { notAfter: instant(new Date(now.getTime() + options.days * DAY_MS)), notBefore: instant(now) },
  }
  const draft = checkSchema(contract, Contract)
  checkContract(draft)
  return draft
}

/** What the recipe needs of an owner's proposal: recipients and purpose; an owner sees both before signing. */
function fitted(dataset: Dataset, recipients: readonly string[], purpose: string): Dataset {
  return { ...dataset, rule: { ...dataset.rule, allowedRecipients: [...recipients], purposes: [purpose] } }
}

function tokenSpec(options: InitOptions): Contract["tokenSpecs"][number] {
  const normalization = options.normalize.map((step) => checkSchema(step, NormalizationStep))
  const spec = { name: options.tokenSpec, normalization }
  return {
    algorithm: "hmac-sha256-128",
    issuer: options.tokenIssuer,
    meaning: "identities of persons",
    name: options.tokenSpec,
    normalization,
    secretCommitment: options.tokenCommitment,
    vectors: VECTOR_INPUTS.map((input) => makeVector(spec, input)),
  }
}

async function readDataset(file: string): Promise<Dataset> {
  return parseLoose(await readRequired(file, 4 * 1024 * 1024), Dataset, 4 * 1024 * 1024)
}

async function readImages(files: readonly string[]): Promise<Contract["evidence"]["images"]> {
  return Promise.all(files.map(async (file) => parseLoose(await readRequired(file, 64 * 1024), ImageFile, 64 * 1024)))
}

async function readAnchor(file: string | undefined): Promise<Contract["evidence"]["trustAnchor"]> {
  const anchor = file === undefined ? awsAnchor() : await pemAnchor(file)
  return {
    certificate: toBase64url(anchor.certificate),
    name: anchor.name,
    sha256: anchor.sha256,
    simulated: anchor.simulated,
  }
}

/** A root from a PEM file. */
export async function pemAnchor(file: string) {
  const pem = await readRequired(file, 64 * 1024)
  try {
    const anchor = trustAnchor("", new Uint8Array(new X509Certificate(pem).raw))
    return { ...anchor, name: anchor.simulated ? "SIMULATED root" : "AWS Nitro root G1" }
  } catch {
    throw new ParleyError("certificate-malformed", `${file} is not a certificate in PEM`)
  }
}
