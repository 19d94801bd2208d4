import { ParleyError } from "../../errors/index.ts"
import type { Contract } from "../contract.ts"

/** Digits that DECIMAL(18, s) holds. */
const DECIMAL_DIGITS = 18

export function partyNames({ parties }: Pick<Contract, "parties">): readonly string[] {
  return parties.map(({ card }) => card.name)
}

export function purposeNames({ terms }: Pick<Contract, "terms">): readonly string[] {
  return terms.purposes.map(({ name }) => name)
}

export function requireUnique(path: string, names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw invalid(path, "the same name or key occurs twice")
}

export function requireAll(path: string, names: readonly string[], allowed: readonly string[]): void {
  for (const name of names) requireOneOf(path, name, allowed)
}

export function requireOneOf(path: string, name: string, allowed: readonly string[]): void {
  if (!allowed.includes(name)) throw invalid(path, `${name} is not one of: ${allowed.join(", ") || "none"}`)
}

/** A range whose ends are not on its own grid would refuse values that it seems to allow. */
export function requireGrid(path: string, min: bigint, max: bigint, step: bigint): void {
  if (step <= 0n) throw invalid(`${path}.range.step`, "is not positive")
  if (max < min) throw invalid(`${path}.range`, "ends before it begins")
  if ((max - min) % step !== 0n) throw invalid(`${path}.range`, "max is not min plus a multiple of step")
}

/** A decimal in units of 10^-scale. */
export function units(text: string, scale: number, path: string): bigint {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".")
  if (fraction.length > scale) throw invalid(`${path}.range`, `has more than ${scale} digits after the point`)
  if (whole.length > DECIMAL_DIGITS - scale) throw invalid(`${path}.range`, `does not fit DECIMAL(18, ${scale})`)
  return BigInt(whole + fraction.padEnd(scale, "0")) * (text.startsWith("-") ? -1n : 1n)
}

export function requirePositive(path: string, text: string): void {
  if (text.startsWith("-") || text === "0") throw invalid(path, "is not positive")
}

export function invalid(path: string, what: string): ParleyError {
  return new ParleyError("contract-invalid", `${path}: ${what}`)
}
