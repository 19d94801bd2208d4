import { ParleyError } from "../../../shared/errors/index.ts"
import type { Check } from "./examine.ts"

const TIMEOUT_MS = 10_000
/** SPEC HTTP-1: a request signed further away than this is refused. */
const CLOCK_MS = 5 * 60_000

/** Whether the host answers and, by its Date, whether requests signed with this machine's clock would be taken. */
export function hostChecks(host: URL): readonly Check[] {
  return [
    { look: async () => `${host.origin} answers ${(await health(host)).status}`, name: "host" },
    { look: () => clock(host), name: "clock" },
  ]
}

async function health(host: URL): Promise<Response> {
  const response = await ask(host)
  await response.body?.cancel()
  if (response.ok) return response
  throw new ParleyError("host-unreachable", `${host.origin}/healthz answers ${response.status}`)
}

async function ask(host: URL): Promise<Response> {
  try {
    return await fetch(new URL("/healthz", host), { redirect: "error", signal: AbortSignal.timeout(TIMEOUT_MS) })
  } catch (cause) {
    throw new ParleyError("host-unreachable", `${host.origin} does not answer`, { cause })
  }
}

/** The host may lie about the time: a difference is a hint at this machine's clock, and sets nothing. */
async function clock(host: URL): Promise<string> {
  const date = Date.parse((await health(host)).headers.get("date") ?? "")
  if (Number.isNaN(date)) throw new ParleyError("host-refused", `${host.origin} tells no time`)
  const seconds = Math.round((Date.now() - date) / 1000)
  const found = `this machine is ${Math.abs(seconds)} s ${seconds < 0 ? "behind" : "ahead of"} the host`
  if (Math.abs(seconds) * 1000 <= CLOCK_MS) return found
  throw new ParleyError("request-stale", found)
}
