import { dirname } from "node:path"
import { answerOnce } from "../process/answer.ts"
import type { EngineRequest } from "./engine.ts"
import { openLocked } from "./locked-duckdb.ts"

/** The engine: plaintext tables, no key, no security module, no socket. */
await answerOnce(async (request) => {
  const { files, maxRows, memoryBytes, spillFolder, sql, threads, values } = request as EngineRequest
  const folders = [...new Set(files.map(dirname))]
  const engine = await openLocked({ folders, inOrder: false, memoryBytes, spillFolder, threads })
  const result = await engine.streamAndReadUntil(sql, maxRows + 1, [...values])
  return result.getRows().slice(0, maxRows + 1)
})
