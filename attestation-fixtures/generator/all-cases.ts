import { ACCEPTED_CERTIFICATES } from "./areas/accepted-certificates.ts"
import { ACCEPTED_FIELDS, ACCEPTED_NONCES } from "./areas/accepted-fields.ts"
import { ACCEPTED_FORMS } from "./areas/accepted-forms.ts"
import {
  ACCEPTED_QUESTIONS,
  ACCEPTED_RECEIPTS,
  ACCEPTED_SESSIONS,
  ACCEPTED_TIMES,
  BASES,
} from "./areas/accepted-questions.ts"
import { BINDING_CONTRACT } from "./areas/binding-contract.ts"
import { BINDING_KEY } from "./areas/binding-key.ts"
import { BINDING_REGISTERS } from "./areas/binding-registers.ts"
import { BINDING_USER_DATA } from "./areas/binding-user-data.ts"
import { CBOR_FORM } from "./areas/cbor-form.ts"
import { CBOR_LENGTHS } from "./areas/cbor-lengths.ts"
import { CBOR_PROFILE } from "./areas/cbor-profile.ts"
import { CBOR_ONE_SPELLING } from "./areas/cbor-spelling.ts"
import { CERTIFICATE_EXTENSIONS } from "./areas/certificate-extensions.ts"
import { CERTIFICATE_FIELDS } from "./areas/certificate-fields.ts"
import { CERTIFICATE_ALGORITHM, CERTIFICATE_POINT } from "./areas/certificate-key.ts"
import { CERTIFICATE_LENGTHS } from "./areas/certificate-lengths.ts"
import { CERTIFICATE_SIGNATURE } from "./areas/certificate-signature.ts"
import { COSE_FORM } from "./areas/cose-form.ts"
import { COSE_HEADERS } from "./areas/cose-headers.ts"
import { COSE_SIGNATURE } from "./areas/cose-signature.ts"
import { DOCUMENT_CERTIFICATES, DOCUMENT_FIELDS, DOCUMENT_REGISTERS } from "./areas/document.ts"
import { AGES, LIVE_FRESHNESS, NONCES } from "./areas/freshness.ts"
import { LIMITS } from "./areas/limits.ts"
import { DEBUG, MEASUREMENTS } from "./areas/measurements.ts"
import { NITRO_TPM, NITRO_TPM_POLICY } from "./areas/nitrotpm.ts"
import { ORDER_OF_BINDING, ORDER_OF_STAGES } from "./areas/order.ts"
import { PATH_ANCHOR } from "./areas/path-anchor.ts"
import { PATH_NAMES } from "./areas/path-names.ts"
import { PATH_ROLES } from "./areas/path-roles.ts"
import { PATH_SIGNATURES } from "./areas/path-signatures.ts"
import { PATH_TIMES, PATH_VALIDITY } from "./areas/path-validity.ts"
import { POLICIES } from "./areas/policies.ts"
import { RECEIPTS } from "./areas/receipt.ts"
import type { Case } from "./case.ts"

/** In the order of the verifier's stages (SPEC.md ATT-1). */
export const ALL_CASES: readonly Case[] = [
  ...[BASES, ACCEPTED_FORMS, ACCEPTED_FIELDS, ACCEPTED_NONCES, ACCEPTED_CERTIFICATES],
  ...[ACCEPTED_QUESTIONS, ACCEPTED_TIMES, ACCEPTED_SESSIONS, ACCEPTED_RECEIPTS],
  ...[ORDER_OF_STAGES, ORDER_OF_BINDING],
  ...[LIMITS, CBOR_FORM, CBOR_LENGTHS, CBOR_ONE_SPELLING, CBOR_PROFILE],
  ...[COSE_FORM, COSE_HEADERS, COSE_SIGNATURE],
  ...[DOCUMENT_FIELDS, DOCUMENT_REGISTERS, DOCUMENT_CERTIFICATES],
  ...[CERTIFICATE_LENGTHS, CERTIFICATE_FIELDS, CERTIFICATE_EXTENSIONS, CERTIFICATE_SIGNATURE],
  ...[CERTIFICATE_POINT, CERTIFICATE_ALGORITHM],
  ...[PATH_ANCHOR, PATH_NAMES, PATH_ROLES, PATH_SIGNATURES, PATH_VALIDITY, PATH_TIMES],
  ...[DEBUG, NONCES, AGES, LIVE_FRESHNESS, MEASUREMENTS, POLICIES, NITRO_TPM, NITRO_TPM_POLICY],
  ...[BINDING_CONTRACT, BINDING_REGISTERS, BINDING_USER_DATA, BINDING_KEY, RECEIPTS],
].flat()
