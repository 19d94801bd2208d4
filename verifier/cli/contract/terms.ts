import { createHash } from "node:crypto"
import { basename } from "node:path"
import type { Contract } from "../../../shared/contract/contract.ts"
import { NO_AGREEMENT, PLACEHOLDER } from "../../contract/placeholders.ts"
import { readRequired } from "../files.ts"

/** Largest legal agreement that is read for its digest, in bytes. */
const MAX_AGREEMENT_BYTES = 256 * 1024 * 1024

/** What only the parties know of a contract's terms; a draft says where it is missing. */
export interface TermsOptions {
  readonly agreement?: string
  readonly agreementReference?: string
  readonly residency?: string
  readonly retainInputs?: string
  readonly retainResults?: string
}

export async function draftTerms(
  options: TermsOptions & { readonly recipient: readonly string[] },
  recipe: { readonly meaning: string; readonly purpose: string },
): Promise<Contract["terms"]> {
  const [first = ""] = options.recipient
  return {
    agreement: await agreement(options),
    outputOwner: first,
    payer: first,
    purposes: [{ meaning: recipe.meaning, name: recipe.purpose }],
    residency: options.residency ?? `${PLACEHOLDER}: where the enclave runs`,
    retention: {
      inputs: options.retainInputs ?? `${PLACEHOLDER}: until when sealed inputs are kept`,
      results: options.retainResults ?? `${PLACEHOLDER}: until when results are kept`,
    },
  }
}

async function agreement({ agreement: file, agreementReference }: TermsOptions) {
  const reference = agreementReference ?? (file === undefined ? null : basename(file))
  return {
    reference: reference ?? `${PLACEHOLDER}: name and date of the legal agreement`,
    sha256: file === undefined ? NO_AGREEMENT : sha256(await readRequired(file, MAX_AGREEMENT_BYTES)),
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex")
}
