/** Deeper than any file that a person writes for this tool. */
const MAX_DEPTH = 16

/**
 * JSON in UTF-8 in which no object has a key twice; undefined otherwise. `JSON.parse` keeps the last one, so that a
 * reader of the file and the program could see two policies. Each member has one colon outside of strings; a key that
 * was dropped left its colon.
 */
export function parseUnique(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
    const parsed: unknown = JSON.parse(text)
    const colons = text.replace(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1
    return colons === countMembers(parsed, 0) ? parsed : undefined
  } catch {
    return undefined
  }
}

function countMembers(value: unknown, depth: number): number {
  if (typeof value !== "object" || value === null) return 0
  if (depth > MAX_DEPTH) throw new RangeError("nested too deeply")
  const inside = Object.values(value).reduce((sum: number, item) => sum + countMembers(item, depth + 1), 0)
  return Array.isArray(value) ? inside : inside + Object.keys(value).length
}
