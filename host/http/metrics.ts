import { Counter, Gauge, Registry } from "prom-client"

/** The host's metrics (host/README.md lists the same). Labels are from closed sets. */
export class Metrics {
  readonly registry = new Registry()
  readonly requests: Counter<"method" | "status">

  constructor(read: { readonly enclaves: () => number; readonly runs: () => number }) {
    const registers = [this.registry]
    this.requests = new Counter({
      help: "Requests answered",
      labelNames: ["method", "status"],
      name: "parley_requests_total",
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
