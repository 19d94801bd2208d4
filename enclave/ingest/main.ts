import { dirname } from "node:path"
import { openLocked } from "../engine/locked-duckdb.ts"
import { answerOnce } from "../process/answer.ts"
import type { IngestRequest } from "./ingest.ts"
import { validate } from "./validate.ts"

/** One process per dataset: crafted files meet native code here, away from everybody else's data. */
await answerOnce(async (request) => {
  const told = request as IngestRequest
  const { memoryBytes, spillFolder, threads } = told
  const folders = [...new Set(told.files.map(dirname))]
  const engine = await openLocked({ folders, inOrder: true, memoryBytes, spillFolder, threads })
  return validate(engine, told)
})
