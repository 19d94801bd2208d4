import { toBase64url, utf8 } from "../../shared/bytes.ts"
import { ALL_CASES } from "./all-cases.ts"
import { caseJson } from "./case.ts"
import { contractBytes, ROOT, ROOT_SHA256 } from "./contract.ts"
import { coverage } from "./coverage.ts"
import { readableJson } from "./json.ts"
import { OTHER_ROOT } from "./look-alike.ts"

/** Everything that is generated, by its path below attestation-fixtures/. The same source gives the same bytes. */
export function generatedFiles(): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([
    ["COVERAGE.md", utf8(coverage(ALL_CASES))],
    ["simulated-root.pem", pem(ROOT)],
    ["other-root.pem", pem(OTHER_ROOT)],
    ["contracts/session.json", contractBytes()],
    ["contracts/other.json", contractBytes({ title: "Another contract" })],
    ["contracts/anchor-wrong-digest.json", contractBytes({ anchor: anchor({ sha256: "77".repeat(32) }) })],
    ["contracts/anchor-called-genuine.json", contractBytes({ anchor: anchor({ simulated: false }) })],
  ])
  for (const each of ALL_CASES) {
    const folder = `cases/${each.id}`
    if (files.has(`${folder}/case.json`)) throw new Error(`two cases are called ${each.id}`)
    files.set(`${folder}/case.json`, utf8(`${readableJson(caseJson(each))}\n`))
    files.set(`${folder}/document.bin`, each.document)
  }
  return files
}

function anchor(over: { readonly sha256?: string; readonly simulated?: boolean }) {
  return { certificate: toBase64url(ROOT), name: "SIMULATED", sha256: ROOT_SHA256, simulated: true, ...over }
}

function pem(certificate: Uint8Array): Uint8Array {
  const lines = btoa(String.fromCharCode(...certificate)).match(/.{1,64}/g) ?? []
  return utf8(`-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`)
}
