import { certificateLines } from "./certificate-text.ts"
import { fieldLines } from "./field-text.ts"
import { printable } from "./printable.ts"
import { registerLines } from "./register-text.ts"
import type { Report } from "./report.ts"
import { spell } from "./times.ts"

const TITLES = {
  nitrotpm: "NitroTPM attestation document of an EC2 instance",
  "nitro-enclave": "Attestation document of a Nitro enclave",
  unknown: "Not recognised as an attestation document",
} as const

/** The explanation for a person. Names and texts from the document are made safe to show first. */
export function reportText(report: Report, todo: string): string {
  const { file, kind } = report
  const head = [
    `${report.simulated ? "SIMULATED (not AWS's root): " : ""}${TITLES[kind]}, ${file.bytes} bytes (${file.encoding})`,
    `SHA-256 ${file.sha256}`,
    "An explanation, no verdict: `parley attestation verify` judges, against a policy.",
  ]
  const sections = [
    section("Origin", originLines(report)),
    section("Found by the verifier's rules", factLines(report)),
    section("Times", kind === "unknown" ? [] : timeLines(report)),
    section("Certificates, root first", certificateLines(report.certificates, report.carried)),
    section("Registers (PCRs)", registerLines(report.pcrs)),
    section("Free fields", kind === "unknown" ? [] : fieldLines(report)),
    section("Odd", report.odd.length === 0 ? ["nothing"] : report.odd.map(({ id, says }) => `${id}: ${says}`)),
    section(
      "Not checked",
      report.unchecked.map(({ reason, what }) => `${what}: ${reason}`),
    ),
  ]
  return [...head, ...sections.flat(), "", `what to do: ${todo}`].join("\n")
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)]
}

function originLines({ ends, file, instance, kind, moduleId, region }: Report): readonly string[] {
  const lines = [
    ...(moduleId === null ? [] : [`module      ${printable(moduleId.slice(0, 128))}`]),
    ...(instance === null ? [] : [`instance    ${instance}${kind === "nitrotpm" ? "" : ", the parent"}`]),
    ...(region === null ? [] : [`region      ${region}`]),
  ]
  if (ends === null) return lines
  return [
    ...lines,
    `readable    to byte ${ends.at} of ${file.bytes}, ${ends.where}: ${ends.what}. The rest was not looked at.`,
  ]
}

function factLines({ facts }: Report): readonly string[] {
  return facts.flatMap(({ code, holds, says, why }) => {
    if (holds === true) return [`holds       ${says}`]
    if (holds === null) return [`not judged  ${says}: ${why}`]
    return [`FAILS       ${says}`, `            [${code}] ${printable(why ?? "")}`]
  })
}

function timeLines({ judgedAt, timestamp, times }: Report): readonly string[] {
  const { documentAge, leafAgeAtDocument, leafLeft, leafLife } = times
  const made =
    timestamp === null ? "no timestamp that can be read" : `${timestamp.toISOString()}, by the module's clock`
  const lines = [`document    ${made}`]
  if (leafAgeAtDocument !== null && leafLife !== null) {
    const when = `${spell(leafAgeAtDocument)} ${leafAgeAtDocument < 0 ? "before" : "after"} its leaf's start`
    lines.push(`            ${when}; the leaf lives ${spell(leafLife)} and is used again`)
  }
  if (judgedAt?.source !== "--at") return [...lines, "now         not asked: give --at to judge at another time"]
  lines.push(`--at        ${judgedAt.time.toISOString()}`)
  if (documentAge !== null) {
    lines.push(
      `            the document ${documentAge < 0 ? "is made" : "was made"} ${spell(documentAge)} ${documentAge < 0 ? "after" : "before"} it`,
    )
  }
  if (leafLeft !== null)
    lines.push(
      `            the leaf ${leafLeft < 0 ? "ended" : "ends"} ${spell(leafLeft)} ${leafLeft < 0 ? "before" : "after"} it`,
    )
  return lines
}
