export function isSubset<T>(part: ReadonlySet<T>, whole: ReadonlySet<T>): boolean {
  return [...part].every((one) => whole.has(one))
}

export function areEqual<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): boolean {
  return a.size === b.size && isSubset(a, b)
}

export function without<T>(whole: ReadonlySet<T>, part: ReadonlySet<T>): readonly T[] {
  return [...whole].filter((one) => !part.has(one))
}
