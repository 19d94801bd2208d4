import { ParleyError } from "../../shared/errors/index.ts"

/** What a child process answers. A message is only passed on where it was written here, never from the engine. */
export type Answer =
  | { readonly value: unknown }
  | { readonly failed: "dataset-invalid" | "engine-failed"; readonly message: string }

/** Reads the request from standard input, works, writes one answer. */
export async function answerOnce(work: (request: unknown) => Promise<unknown>): Promise<void> {
  const chunks: Uint8Array[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array)
  const answer = await attempt(() => work(JSON.parse(Buffer.concat(chunks).toString("utf8"))))
  process.stdout.write(JSON.stringify(answer), () => process.exit(0))
}

async function attempt(work: () => Promise<unknown>): Promise<Answer> {
  try {
    return { value: await work() }
  } catch (cause) {
    const faulty = cause instanceof ParleyError && cause.code === "dataset-invalid"
    if (faulty) return { failed: "dataset-invalid", message: cause.message }
    return { failed: "engine-failed", message: "the engine failed" }
  }
}
