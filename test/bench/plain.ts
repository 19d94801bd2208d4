import { readFileSync } from "node:fs"
import { DuckDBInstance } from "@duckdb/node-api"

/** A process of its own: plain DuckDB over plaintext Parquet, `node plain.ts REPEATS SQL`. Prints seconds and peak bytes. */
const [, , repeats = "3", sql = ""] = process.argv
const engine = await (await DuckDBInstance.create(":memory:")).connect()
const seconds: number[] = []
for (let i = 0; i < Number(repeats); i++) {
  const start = performance.now()
  await engine.runAndReadAll(sql)
  seconds.push((performance.now() - start) / 1000)
}
const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0) * 1024
process.stdout.write(JSON.stringify({ peak, seconds }))
