/** A way in which numbers that each obey every rule could tell more together, with an example in words. */
export interface Leak {
  readonly kind:
    | "cells-too-small"
    | "dimensions-nested"
    | "dimensions-other"
    | "exact-counts"
    | "known-part"
    | "nested-groups"
    | "opt-outs"
    | "override"
    | "parameters"
    | "predecessor"
    | "several-of-one-column"
    | "slices"
    | "solved-ratio"
    | "versions"
  readonly what: string
  readonly example: string
}
