import { answerOnce } from "../process/answer.ts"
import { openParser } from "./locked-duckdb.ts"

/** Throwaway process: turns SQL from strangers into trees. It has no data and no key. */
await answerOnce(async (request) => {
  const engine = await openParser()
  const answers: string[] = []
  for (const { sql, text } of request as readonly { sql: string; text: string }[]) {
    const result = await engine.runAndReadAll(`SELECT CAST(${sql} AS VARCHAR)`, [text])
    answers.push(String(result.getRows()[0]?.[0]))
  }
  return answers
})
