import { ParleyError } from "../../shared/errors/index.ts"

/** `Number` alone takes "x" for NaN: a port of none, and an idle time that never ends. */
export function wholeNumber(most: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d{1,12}$/.test(text) && number <= most) return number
    throw new ParleyError("usage", `expected a whole number from 0 to ${most}`)
  }
}
