/** What the fixtures' JSON holds: ASCII text, safe integers, and nothing else that RFC 8785 would have to think about. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** One line with sorted keys: for these values, RFC 8785 form. */
export function sortedJson(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sortedJson(member)}`).join(",")}}`
}

/** For people: two blanks a level, and short values on one line. */
export function readableJson(value: Json, indent = ""): string {
  const line = oneLine(value)
  if (value === null || typeof value !== "object" || indent.length + line.length <= 100) return line
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    return `[\n${value.map((item: Json) => inner + readableJson(item, inner)).join(",\n")}\n${indent}]`
  }
  const members = Object.entries(value).map(
    ([key, member]) => `${inner}${JSON.stringify(key)}: ${readableJson(member, inner)}`,
  )
  return `{\n${members.join(",\n")}\n${indent}}`
}

function oneLine(value: Json): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${oneLine(member)}`)
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`
}
