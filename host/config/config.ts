import { join } from "node:path"
import { z } from "zod"
import { parseLoose } from "../../shared/json/canonical.ts"
import { integer } from "../../shared/json/fields.ts"
import { readRequired } from "../../verifier/cli/files.ts"

/** `host.json`. TLS files are PEM; without them the host expects a proxy in front, or a test. */
export const HostConfig = z.strictObject({
  listen: z.strictObject({ address: z.string().max(100), port: integer(0, 65_535) }),
  limits: z.strictObject({
    /** Bytes of ciphertext that one party may keep, over all rooms. */
    bytesPerParty: integer(1, 2 ** 50),
    /** Signed objects that one party may put into one room. */
    objectsPerRoom: integer(1, 20_000),
    /** Signed requests of one party. */
    requestsPerMinute: integer(1, 1_000_000),
    /** Rooms that one party may open. */
    roomsPerParty: integer(1, 100_000),
    /** Requests of one IP address that no party has signed. */
    unsignedPerMinute: integer(1, 1_000_000),
    /** An unfinished upload that does not grow for so long is dropped. */
    uploadHours: integer(1, 8760),
  }),
  tls: z.strictObject({ certificate: z.string(), key: z.string() }).nullable(),
  /** Number of proxies in front whose X-Forwarded-For is believed: it says whose requests are counted together. */
  trustedProxies: integer(0, 10),
})
export type HostConfig = z.infer<typeof HostConfig>

export function defaultConfig(): HostConfig {
  return {
    limits: {
      bytesPerParty: 100 * 1024 ** 3,
      objectsPerRoom: 10_000,
      requestsPerMinute: 600,
      roomsPerParty: 100,
      unsignedPerMinute: 600,
      uploadHours: 72,
    },
    listen: { address: "127.0.0.1", port: 8460 },
    tls: null,
    trustedProxies: 0,
  }
}

export async function readConfig(data: string): Promise<HostConfig> {
  return parseLoose(await readRequired(join(data, "host.json"), 64 * 1024), HostConfig, 64 * 1024)
}
