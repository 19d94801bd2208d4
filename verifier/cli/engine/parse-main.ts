import { DuckDBInstance } from "@duckdb/node-api"

/** Throwaway process: a stranger's SQL is parsed where there is nothing to take. Request on stdin, answer on stdout. */
const chunks: Uint8Array[] = []
for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
const { sql, text } = JSON.parse(Buffer.concat(chunks).toString("utf8")) as { sql: string; text: string }
const instance = await DuckDBInstance.create(":memory:", { temp_directory: "", threads: "1" })
const engine = await instance.connect()
await engine.run("SET enable_external_access = false")
await engine.run("SET lock_configuration = true")
const result = await engine.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR)`, [text])
process.stdout.write(JSON.stringify(String(result.getRows()[0]?.[0])), () => process.exit(0))
