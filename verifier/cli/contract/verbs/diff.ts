import { Command } from "commander"
import { jsonOption, perform } from "../../outcome.ts"
import { readContract } from "../read-contract.ts"

/** `parley contract diff`: what changed between two contracts. */
export function diffCommand(): Command {
  return jsonOption(new Command("diff"))
    .argument("<old>")
    .argument("<new>")
    .description("Show field by field what changed between two contracts.")
    .addHelpText("after", "\nExample:\n  parley contract diff old.json new.json")
    .action(perform(diff))
}

async function diff(oldFile: string, newFile: string) {
  const [before] = await readContract(oldFile)
  const [after] = await readContract(newFile)
  const [left, right] = [leaves(before, ""), leaves(after, "")]
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort()
  const changes = paths
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => ({ after: right.get(path) ?? null, before: left.get(path) ?? null, path }))
  const text = changes.map(
    ({ after: now, before: then, path }) => `${path}\n  - ${then ?? "absent"}\n  + ${now ?? "absent"}`,
  )
  return { json: { changes }, text: text.join("\n") || "no difference" }
}

function leaves(value: unknown, path: string): Map<string, string> {
  if (value === null || typeof value !== "object") return new Map([[path, JSON.stringify(value)]])
  const entries = Object.entries(value).flatMap(([key, inner]) => [
    ...leaves(inner, path === "" ? key : `${path}.${key}`),
  ])
  return new Map(entries)
}
