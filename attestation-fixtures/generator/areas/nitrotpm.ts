import { toHex } from "../../../shared/bytes.ts"
import { ask, PRODUCTION, TPM, TPM_POLICY } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { text } from "../cbor.ts"
import { change, document, register } from "../document.ts"
import type { Json } from "../json.ts"
import { withField, ZEROS } from "../mutate.ts"
import { TPM_MODULE_ID, TPM_PCRS, TPM_REGISTERS, tpmFields } from "../tpm.ts"

const OTHER = register(0x99)
const ZERO_HEX = toHex(ZEROS)

const tpmPolicy = (over: { readonly [key: string]: Json }) => ask({ policy: { ...TPM_POLICY, ...over } })

/** NitroTPM documents share root and chain; what they measure is an instance. */
export const NITRO_TPM = area("nitrotpm", PRODUCTION, [
  refuse(
    "nitrotpm-unsupported",
    "under-enclave-policy",
    "A NitroTPM document is no enclave's.",
    "the document is a NitroTPM's",
    TPM.document,
  ),
  refuse(
    "nitrotpm-unsupported",
    "module-id",
    "The module_id alone tells a NitroTPM.",
    "module_id ends with -tpm0000000000000000",
    withField("module_id", text(TPM_MODULE_ID)),
  ),
  refuse(
    "nitrotpm-expected",
    "enclave-under-tpm-policy",
    "An enclave's document is no NitroTPM's.",
    "the policy asks for a NitroTPM document",
    ask({ policy: TPM_POLICY }),
  ),
])

export const NITRO_TPM_POLICY = area("nitrotpm", TPM, [
  refuse(
    "measurement-mismatch",
    "pcr4-other",
    "Each pinned register of a NitroTPM is one of its list.",
    "PCR4 has another value",
    document(tpmFields(new Map([...TPM_REGISTERS, [4, OTHER]]))),
  ),
  refuse(
    "measurement-mismatch",
    "pcr7-not-allowed",
    "A list without the document's value refuses it.",
    "the policy allows another PCR7",
    tpmPolicy({ pcrs: { ...TPM_PCRS, 7: [toHex(OTHER)] } }),
  ),
  refuse(
    "policy-invalid",
    "without-pcr4",
    "A NitroTPM policy pins PCR4.",
    "the policy has no PCR4",
    tpmPolicy({ pcrs: { 7: TPM_PCRS[7] } }),
  ),
  refuse(
    "policy-invalid",
    "without-pcr7",
    "A NitroTPM policy pins PCR7.",
    "the policy has no PCR7",
    tpmPolicy({ pcrs: { 4: TPM_PCRS[4] } }),
  ),
  refuse(
    "policy-invalid",
    "zeros",
    "A NitroTPM policy pins no zeros.",
    "the policy's PCR4 is zeros",
    tpmPolicy({ pcrs: { ...TPM_PCRS, 4: [ZERO_HEX] } }),
  ),
  refuse(
    "document-field-invalid",
    "23-registers",
    "A NitroTPM has 24 registers.",
    "nitrotpm_pcrs has 23 entries",
    document(tpmFields(new Map([...TPM_REGISTERS].slice(0, 23)))),
  ),
  refuse(
    "document-field-missing",
    "module-id-missing",
    "A NitroTPM document is complete too.",
    "module_id is gone",
    document(change(tpmFields(), "module_id", null)),
  ),
])
