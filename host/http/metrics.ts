import { Counter, Gauge, Registry } from "prom-client"
import type { Disk } from "../storage/disk.ts"

/** The host's metrics (host/README.md lists the same). Labels are from closed sets. */
export class Metrics {
  readonly registry = new Registry()
  readonly requests: Counter<"method" | "status">

  constructor(read: { readonly disk: Disk; readonly enclaves: () => number; readonly runs: () => number }) {
    const registers = [this.registry]
    this.requests = new Counter({
      help: "Requests answered",
      labelNames: ["method", "status"],
      name: "parley_requests_total",
      registers,
    })
    new Gauge({
      async collect() {
        this.set((await read.disk.state()).freeBytes)
      },
      help: "Free bytes of the disk below the operator's folder",
      name: "parley_disk_free_bytes",
      registers,
    })
    new Gauge({
      async collect() {
        this.set((await read.disk.state()).reserveBytes)
      },
      help: "Free bytes below which no new upload is taken",
      name: "parley_disk_reserve_bytes",
      registers,
    })
    new Gauge({
      collect() {
        this.set(read.enclaves())
      },
      help: "Enclaves that serve a contract",
      name: "parley_enclaves",
      registers,
    })
    new Gauge({
      collect() {
        this.set(read.runs())
      },
      help: "Runs carried through since the start",
      name: "parley_runs",
      registers,
    })
  }
}
