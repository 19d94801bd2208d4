/** Exact decimals as integers with a scale: value = units / 10^scale. */

/** Units of a decimal text at `scale`; the text has at most that many digits after the point. */
export function textToScaled(text: string, scale: number): bigint {
  const [whole = "0", fraction = ""] = text.replace("-", "").split(".")
  if (fraction.length > scale) throw new RangeError("more digits than the scale holds")
  const units = BigInt(whole) * 10n ** BigInt(scale) + BigInt(fraction.padEnd(scale, "0") || "0")
  return text.startsWith("-") ? -units : units
}

/** The shortest decimal text of units at `scale` (`DecimalText`). */
export function scaledToText(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, "0")
  const whole = digits.slice(0, digits.length - scale)
  const fraction = scale === 0 ? "" : digits.slice(-scale).replace(/0+$/, "")
  return `${units < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`
}

export function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** The multiple of `step` that is nearest to `value`; ties go away from zero. */
export function roundToStep(value: bigint, step: bigint): bigint {
  const rounded = ((2n * absolute(value) + step) / (2n * step)) * step
  return value < 0n ? -rounded : rounded
}
