/** An instant in the form of `Instant`: UTC, whole seconds. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}
