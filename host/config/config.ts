import { join } from "node:path"
import * as z from "zod"
import { Origin } from "../../shared/http/request.ts"
import { parseLoose } from "../../shared/json/canonical.ts"
import { integer, uniqueList } from "../../shared/json/fields.ts"
import { readRequired } from "../../verifier/cli/files.ts"

/** Also for a host.json of before there was a limit. */
const UPLOADS_PER_PARTY = 64

/** `host.json`. TLS files are PEM; without them the host expects a proxy in front, or a test. */
export const HostConfig = z.strictObject({
  listen: z.strictObject({ address: z.string().max(100), port: integer(0, 65_535) }),
  limits: z.strictObject({
    /** Bytes of ciphertext that one party may keep, over all rooms. */
    bytesPerParty: integer(1, 2 ** 50),
    /** Connections at a time, and of one IP address where no proxy stands in front. */
    connections: integer(10, 1_000_000),
    connectionsPerAddress: integer(1, 1_000_000),
    /** An enclave that neither reads nor answers for so long is given up, a run's own seconds apart. */
    enclaveSilenceSeconds: integer(1, 3600),
    /** A connection that has not sent a request's whole head for so long is closed. */
    headSeconds: integer(1, 600),
    /** Signed objects that one party may put into one room. */
    objectsPerRoom: integer(1, 20_000),
    /** Signed requests of one party. */
    requestsPerMinute: integer(1, 1_000_000),
    /** No new upload or room is taken that would leave less of the disk free. */
    reserveBytes: integer(0, 2 ** 50),
    /** Rooms that one party may open. */
    roomsPerParty: integer(1, 100_000),
    /** Requests of one IP address that no party has signed. */
    unsignedPerMinute: integer(1, 1_000_000),
    /** An unfinished upload that does not grow for so long is dropped. */
    uploadHours: integer(1, 8760),
    /** Unfinished uploads of one party. */
    uploadsPerParty: integer(1, 10_000).default(UPLOADS_PER_PARTY),
  }),
  /**
   * Origins under which parties reach this host, such as https://parley.example. A request that was signed for another
   * origin is refused. Those of a loopback address are known while none are named.
   */
  origins: uniqueList(Origin, 0, 16),
  tls: z.strictObject({ certificate: z.string(), key: z.string() }).nullable(),
  /** Number of proxies in front whose X-Forwarded-For is believed: it says whose requests are counted together. */
  trustedProxies: integer(0, 10),
})
export type HostConfig = z.infer<typeof HostConfig>

export function defaultConfig(): HostConfig {
  return {
    limits: {
      bytesPerParty: 100 * 1024 ** 3,
      connections: 1000,
      connectionsPerAddress: 100,
      enclaveSilenceSeconds: 120,
      headSeconds: 20,
      objectsPerRoom: 10_000,
      requestsPerMinute: 600,
      reserveBytes: 1024 ** 3,
      roomsPerParty: 100,
      unsignedPerMinute: 600,
      uploadHours: 72,
      uploadsPerParty: UPLOADS_PER_PARTY,
    },
    listen: { address: "127.0.0.1", port: 8460 },
    origins: [],
    tls: null,
    trustedProxies: 0,
  }
}

export async function readConfig(data: string): Promise<HostConfig> {
  return parseLoose(await readRequired(join(data, "host.json"), 64 * 1024), HostConfig, 64 * 1024)
}
