import { ParleyError } from "../../shared/errors/index.ts"
import type { HostConfig } from "./config.ts"

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "::1"])

/**
 * Origins that requests to this host may be signed for. They are the operator's words or else the socket's address, never
 * a request's Host header: whoever replays a request writes that one. A host that has names is not called localhost too:
 * what a party signs for a host of its own machine could be passed on to it.
 */
export function hostOrigins({ listen, origins, tls }: HostConfig, port: number): ReadonlySet<string> {
  const scheme = tls === null ? "http" : "https"
  const own =
    origins.length === 0 && LOOPBACK.has(listen.address)
      ? ["127.0.0.1", "localhost", "[::1]"].map((name) => `${scheme}://${name}:${port}`)
      : []
  return new Set([...origins, ...own].map((origin) => new URL(origin).origin))
}

/** A host that is reached from elsewhere has a name, and cannot know it. */
export function requireOrigins({ listen, origins }: HostConfig): void {
  if (origins.length > 0 || LOOPBACK.has(listen.address)) return
  throw new ParleyError("usage", "host.json names no origins, and the host listens beyond this machine", {
    todo: 'Set `origins` in host.json to what parties give with --host, such as ["https://parley.example"].',
  })
}
