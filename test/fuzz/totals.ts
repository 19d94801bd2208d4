import type { Input } from "./target.ts"

/** What was tried and what came of it. */
export class Totals {
  readonly byMutation = new Map<string, number>()
  readonly byOutcome = new Map<string, number>()
  readonly byStage = new Map<string, number>()
  inputs = 0
  largestBytes = 0

  count(input: Input, outcome: string, stage: string): void {
    this.inputs++
    this.largestBytes = Math.max(this.largestBytes, input.bytes.length)
    for (const mutation of input.mutations) add(this.byMutation, mutation)
    add(this.byOutcome, outcome)
    add(this.byStage, stage)
  }

  /** How many ended at one of these stages. */
  at(...stages: readonly string[]): number {
    return stages.reduce((sum, stage) => sum + (this.byStage.get(stage) ?? 0), 0)
  }

  toString(): string {
    const table = (title: string, counts: ReadonlyMap<string, number>) =>
      `  ${title}: ${[...counts]
        .toSorted(([, a], [, b]) => b - a)
        .map(([name, n]) => `${name} ${n}`)
        .join(", ")}`
    return [
      `  ${this.inputs} inputs, the largest of ${this.largestBytes} bytes`,
      table("by mutation", this.byMutation),
      table("by outcome", this.byOutcome),
      table("by stage", this.byStage),
    ].join("\n")
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
