import type { ErrorCode } from "../../shared/errors/index.ts"
import { appendixA, appendixF } from "./cbor.ts"
import { coseExample } from "./cose.ts"
import { ecdsaDer, ecdsaP1363 } from "./ecdsa.ts"
import { hkdf } from "./hkdf.ts"
import { jcsHex, jcsInput, jcsNumbers, jcsOutput } from "./jcs.ts"
import { jsonWebSignatures, otherCurve } from "./jws.ts"
import { nitroDocument, nitroRoot, nitroTruth } from "./nitro.ts"
import type { Judge } from "./tally.ts"

/** One file of outside evidence: what judges it, and how many of its vectors run or are set aside, by reason. */
export interface Row {
  readonly file: string
  readonly judge: Judge
  readonly ran: number
  readonly aside: Readonly<Record<string, number>>
}

const row = (file: string, judge: Judge, ran = 1, aside: Row["aside"] = {}): Row => ({ aside, file, judge, ran })

const under = (folder: string, ending: string, names: string) =>
  names.split(" ").map((name) => `conformance/${folder}/${name}${ending}`)

const cose = (code: ErrorCode, folder: string, names: string) =>
  under(`cose-wg/${folder}`, ".json", names).map((file) => row(file, coseExample(code)))

/** COSE_Sign1 of another algorithm; the second vector of each is the structure that its signature covers. */
const sign1 = (folder: string, names: string) =>
  under(`cose-wg/${folder}`, ".json", names).map((file) => row(file, coseExample("cose-algorithm"), 2))

const ALTERED = { "signed structure: the example's message was altered after signing": 1 }
const failing = under(
  "cose-wg/sign1-tests",
  ".json",
  "sign-fail-01 sign-fail-02 sign-fail-03 sign-fail-04 sign-fail-06 sign-fail-07",
)

const COSE: readonly Row[] = [
  ...cose("cose-algorithm", "CWT", "A_4 A_7"),
  ...sign1("CWT", "A_3"),
  ...cose("cose-malformed", "CWT", "A_5 A_6"),
  ...cose("cose-malformed", "RFC8152", "Appendix_B Appendix_C_1_1 Appendix_C_1_2 Appendix_C_1_3 Appendix_C_1_4"),
  ...cose("cose-malformed", "RFC8152", "Appendix_C_3_1 Appendix_C_3_2 Appendix_C_3_3 Appendix_C_3_4 Appendix_C_4_1"),
  ...cose("cose-malformed", "RFC8152", "Appendix_C_4_2 Appendix_C_5_1 Appendix_C_5_2 Appendix_C_5_3 Appendix_C_5_4"),
  ...cose("cose-algorithm", "RFC8152", "Appendix_C_6_1"),
  ...sign1("RFC8152", "Appendix_C_2_1"),
  ...cose("cose-malformed", "ecdsa-examples", "ecdsa-01 ecdsa-02 ecdsa-03 ecdsa-04"),
  ...sign1("ecdsa-examples", "ecdsa-sig-01 ecdsa-sig-03 ecdsa-sig-04"),
  row("conformance/cose-wg/ecdsa-examples/ecdsa-sig-02.json", coseExample("cose-unprotected-header"), 4),
  ...cose("cose-malformed", "eddsa-examples", "eddsa-01 eddsa-02"),
  ...sign1("eddsa-examples", "eddsa-sig-01 eddsa-sig-02"),
  ...failing.map((file) => row(file, coseExample("cose-algorithm"), 1, ALTERED)),
  row("conformance/cose-wg/sign1-tests/sign-pass-01.json", coseExample("cose-algorithm"), 1, {
    "signed structure: empty protected header": 1,
  }),
  row("conformance/cose-wg/sign1-tests/sign-pass-02.json", coseExample("cose-algorithm"), 1, {
    "signed structure: external data": 1,
  }),
  ...sign1("sign1-tests", "sign-pass-03"),
  ...cose("cose-malformed", "x509-examples", "signed-01 signed-02 signed-03 signed-04 signed-05"),
]

const JCS_NAMES = "arrays french structures unicode values weird"
const JCS: readonly Row[] = [
  ...under("jcs/input", ".json", JCS_NAMES).map((file) => row(file, jcsInput)),
  ...under("jcs/output", ".json", JCS_NAMES).map((file) => row(file, jcsOutput)),
  ...under("jcs/outhex", ".txt", JCS_NAMES).map((file) => row(file, jcsHex)),
  row("conformance/jcs/numgen.js", jcsNumbers, 100_000),
]

const VECTORS: readonly Row[] = [
  row("conformance/appendix_a.json", appendixA, 82),
  row("conformance/rfc8949_appendix_f_not_well_formed.json", appendixF, 94),
  row("conformance/wycheproof/ecdsa_secp384r1_sha384_p1363_test.json", ecdsaP1363, 280),
  row("conformance/wycheproof/ecdsa_secp384r1_sha384_test.json", ecdsaDer, 504),
  row("conformance/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json", otherCurve, 0, {
    "ECDSA on P-256: signed objects and attestation use P-384 alone": 262,
  }),
  row("conformance/wycheproof/json_web_signature_test.json", jsonWebSignatures, 401),
  row("conformance/wycheproof/hkdf_sha256_test.json", hkdf, 72, {
    "a salt longer than the header's 32 bytes": 11,
    "asks for more output than HKDF has; the format asks for 32": 3,
  }),
]

const NITRO_DOCUMENTS: Readonly<Record<string, ErrorCode | null>> = {
  "0000-00-00_malformed_none_base_a05aa73a.bin": "cbor-malformed",
  "2021-03-17_prod_us-east-2_anjuna-security_234f1201.bin": null,
  "2021-03-24_prod_us-east-2_anjuna-security_b9db8022.bin": null,
  "2021-10-28_debug_us-east-2_hf_6c096a02.bin": "debug-mode",
  "2022-07-27_prod_us-east-2_brave_57b70cf5.bin": null,
  "2022-09-28_prod_us-east-1_capeprivacy_95058b6c.bin": null,
  "2022-10-12_debug_us-east-1_evervault_46591b92.bin": "debug-mode",
  "2022-11-09_prod_eu-west-1_veracruz-project_8ff485d8.bin": null,
  "2022-11-09_tampered-sig_eu-west-1_veracruz-project_7df2cdc0.bin": "cose-signature-invalid",
  "2023-09-07_debug_us-east-1_evervault_5a8b31f0.bin": "debug-mode",
  "2023-09-21_prod_us-east-1_anjuna-security_5a2eac9d.bin": null,
  "2023-09-28_prod_ap-southeast-1_sparsity-xyz_93c85b9b.bin": null,
  "2024-11-30_prod_us-east-1_base_69d51f98.bin": null,
  "2024-12-13_synthetic-otherroot_none_marlinprotocol_d8032479.bin": "path-anchor-mismatch",
  "2025-04-15_prod_us-east-1_mystenlabs_7e916453.bin": null,
  "2025-04-29_prod_ap-south-1_marlinprotocol_7b0ca130.bin": null,
  "2025-12-25_debug_us-east-1_dstack-tee_1c921bd7.bin": "debug-mode",
  "2026-02-03_nitrotpm_us-east-1_lockboot_8df53057.bin": "nitrotpm-unsupported",
}

const NITRO: readonly Row[] = [
  ...Object.entries(NITRO_DOCUMENTS).map(([name, refusal]) => row(`nitro/${name}`, nitroDocument(refusal))),
  row("nitro/aws-nitro-root-g1.der", nitroRoot),
  row("nitro/aws-nitro-root-g1.pem", nitroRoot),
  row("nitro/truth.json", nitroTruth(Object.keys(NITRO_DOCUMENTS))),
]

export const REGISTRY: readonly Row[] = [...VECTORS, ...COSE, ...JCS, ...NITRO]
