import { absolute as magnitude } from "../query/decimal.ts"
import { refused } from "./cells.ts"

/** What an engine says about how a total is made up, with what is known of it otherwise. */
interface Shares {
  readonly total: bigint
  /** Sum of the persons' absolute totals. */
  readonly absolute: bigint
  /** The largest of these, without zeros. */
  readonly shares: readonly bigint[]
  /** How many of them were asked for. */
  readonly asked: number
  readonly contributing: bigint
  /** One person's total. */
  readonly bounds: { readonly max: bigint; readonly min: bigint }
  /** What every contribution is a multiple of. */
  readonly grid: bigint
}

/** An engine that made a dominated total look spread would have to invent shares that add up. */
export function requireShares({ absolute, asked, bounds, contributing, grid, shares, total }: Shares): void {
  const [positive, negative] = [absolute + total, absolute - total]
  if (positive < 0n || negative < 0n || positive % (2n * grid) !== 0n) throw refused("an absolute sum off its total")
  if (positive > 2n * contributing * bounds.max || negative > -2n * contributing * bounds.min) {
    throw refused("an absolute sum beyond its range")
  }
  const known = BigInt(asked) < contributing ? BigInt(asked) : contributing
  if (BigInt(shares.length) !== known) throw refused("shares of another number of people")
  const least = shares.at(-1) ?? 0n
  const descending = shares.every((share, index) => share <= (shares[index - 1] ?? largestOf(bounds)))
  if (!descending || least < 0n || shares.some((share) => share % grid !== 0n))
    throw refused("shares beyond their range")
  const others = contributing - known
  const rest = absolute - shares.reduce((sum, share) => sum + magnitude(share), 0n)
  if (rest < others * grid || rest > others * least) throw refused("shares that do not add up")
}

function largestOf({ max, min }: Shares["bounds"]): bigint {
  if (max > -min) return max
  return -min
}
