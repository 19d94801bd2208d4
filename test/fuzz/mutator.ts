import type { Random } from "./random.ts"

/** One way to damage something. What it returns takes the subject's place; nothing means changed in place. */
export interface Mutator<S> {
  readonly name: string
  readonly apply: (random: Random, subject: S) => S | undefined
}

export function mutator<S>(name: string, apply: (random: Random, subject: S) => S | undefined): Mutator<S> {
  return { apply, name }
}

/** Picks one, applies it and notes its name. */
export function mutate<S>(random: Random, mutators: readonly Mutator<S>[], subject: S, notes: string[]): S {
  const { apply, name } = random.pick(mutators)
  notes.push(name)
  return apply(random, subject) ?? subject
}
