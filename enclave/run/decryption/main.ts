import { parentPort } from "node:worker_threads"
import { ParleyError } from "../../../shared/errors/index.ts"
import { decryptInPlace } from "./in-place.ts"
import type { DecryptionAnswer, DecryptionJob } from "./job.ts"

/** A thread that decrypts one part after another. Its copy of a key is gone when it answers. */
parentPort?.on("message", (job: DecryptionJob) => {
  decryptInPlace(job)
    .then((): DecryptionAnswer => ({ ok: true }), refused)
    .then((answer) => {
      job.dataKey.fill(0)
      parentPort?.postMessage(answer)
    })
})

function refused(cause: unknown): DecryptionAnswer {
  if (cause instanceof ParleyError) return { code: cause.code, message: cause.message, ok: false }
  return { code: "internal", message: "a part could not be decrypted", ok: false }
}
