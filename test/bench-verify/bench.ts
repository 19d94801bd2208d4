import { rmSync } from "node:fs"
import { loadavg } from "node:os"
import { resolve } from "node:path"
import { coldStarts, emptyStart } from "./cold.ts"
import { type Contender, ownContender, runContender } from "./contender.ts"
import { type Genuine, genuineDocuments, workFolder, writeManifest } from "./corpus.ts"
import { median } from "./median.ts"
import { goPeer, rustPeer } from "./peers.ts"

/** Repeats of everybody in turn, so that a machine that gets slower gets slower for all. */
const REPEATS = 7
/** How often each goes through the documents in one repeat. */
const ROUNDS = 40

const EVERYTHING = "revocation"
/** What the lines with a cache do not show. */
const CACHED_MEANS =
  "Authorities cached: the same documents come again, so that instance CAs are always known and 2 signatures are left. An instance CA lives a day; where each document is the first of its instance, 3 are left."
const OWN: readonly Contender[] = [
  ownContender("floor: 2 bare ECDSA verifications, OpenSSL", "floor", "everything else"),
  ownContender("floor: all 5, OpenSSL", "floor-whole", "everything else"),
  ownContender("parley, authorities cached", "cached", EVERYTHING),
  ownContender("parley, authorities cached, one crypto thread", "cached", EVERYTHING, { UV_THREADPOOL_SIZE: "1" }),
  ownContender("parley, all cached but instance CAs, 3 signatures", "instance-new", EVERYTHING),
  ownContender("parley, nothing cached", "uncached", EVERYTHING),
  ownContender("parley, JavaScript alone, authorities cached", "pure", EVERYTHING),
]

/** `peers`: where the other verifiers are built and kept; otherwise they go with everything else. */
export function bench(peers: string | undefined): void {
  const folder = workFolder()
  try {
    const all = genuineDocuments()
    const contenders = [...OWN, ...builtPeers(peers === undefined ? folder : resolve(peers))]
    const documents = acceptedByAll(folder, all, contenders)
    const times = measure(contenders, writeManifest(folder, documents), documents.length)
    print(
      `${documents.length} of ${all.length} genuine documents; medians of ${REPEATS} repeats in turn, load ${load()}\n`,
    )
    for (const line of table(contenders, times)) print(line)
    print(`\n${CACHED_MEANS}`)
    const cold = coldStarts(folder, documents)
    print(
      `\ncold, \`parley attestation verify\` from the shell: median ${median(cold).toFixed(0)} ms, an empty Node ${emptyStart().toFixed(0)} ms, load ${load()}`,
    )
  } finally {
    rmSync(folder, { force: true, recursive: true })
  }
}

function builtPeers(folder: string): readonly Contender[] {
  return [rustPeer(folder), goPeer(folder)].flatMap((peer) => {
    if (!("missing" in peer)) return [peer]
    print(`${peer.name}: not measured, ${peer.missing}`)
    return []
  })
}

/** What somebody refuses is refused early and would make it look fast. */
function acceptedByAll(folder: string, all: readonly Genuine[], contenders: readonly Contender[]): readonly Genuine[] {
  const path = writeManifest(folder, all)
  const refused = contenders.flatMap((contender) => {
    const paths = runContender(contender, path, 1).refused
    for (const { file } of all.filter(({ path }) => paths.includes(path)))
      print(`${contender.name} refuses the genuine ${file}`)
    return paths
  })
  return all.filter((document) => !refused.includes(document.path))
}

/** Milliseconds per document: on the clock, and of the processor. */
interface Cost {
  readonly clock: number
  readonly processor: number
}

function measure(contenders: readonly Contender[], manifest: string, documents: number): ReadonlyMap<Contender, Cost> {
  const times = new Map(contenders.map((contender) => [contender, [] as Cost[]]))
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const contender of contenders) {
      const { accepted, milliseconds, processor } = runContender(contender, manifest, ROUNDS)
      if (accepted !== documents * ROUNDS) throw new Error(`${contender.name} accepts ${accepted} only`)
      times.get(contender)?.push({ clock: milliseconds / accepted, processor: processor / accepted })
    }
  }
  return new Map([...times].map(([contender, costs]) => [contender, medianCost(costs)]))
}

function medianCost(costs: readonly Cost[]): Cost {
  return { clock: median(costs.map(({ clock }) => clock)), processor: median(costs.map(({ processor }) => processor)) }
}

const HEAD = ["", "documents/s", "ms each", "of the floor", "processor ms", "of the floor", "does not check"] as const

/** The floor is the first one. */
function table(contenders: readonly Contender[], costs: ReadonlyMap<Contender, Cost>): readonly string[] {
  const [floor] = costs.values()
  const rows = contenders.flatMap((contender) => {
    const cost = costs.get(contender)
    if (cost === undefined || floor === undefined) return []
    const clock = [(1000 / cost.clock).toFixed(0), cost.clock.toFixed(2), (cost.clock / floor.clock).toFixed(2)]
    const processor = [cost.processor.toFixed(2), (cost.processor / floor.processor).toFixed(2)]
    return [[contender.name, ...clock, ...processor, contender.skips]]
  })
  return [HEAD, HEAD.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`)
}

function load(): string {
  return (loadavg()[0] ?? Number.NaN).toFixed(1)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
