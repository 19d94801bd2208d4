import * as z from "zod"

/** `root.json`, mode 0600: the seed of a SIMULATED root's key and when it was made. */
export const RootFile = z.strictObject({
  created: z.iso.datetime(),
  format: z.literal("parley/simulated-root/v1"),
  seed: z.string().regex(/^[0-9a-f]{96}$/),
})
