/** Places of bound parameters in one statement; a parameter that is used twice has one place. */
export class Binder {
  readonly #names: string[] = []

  /** Parameter names in the order of `$1`, `$2`, ... */
  get names(): readonly string[] {
    return this.#names
  }

  /** The parameter as text; whoever uses it casts it to its type. */
  place(name: string): string {
    if (!this.#names.includes(name)) this.#names.push(name)
    return `$${this.#names.indexOf(name) + 1}::VARCHAR`
  }
}
