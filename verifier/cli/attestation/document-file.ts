import type { Bytes } from "../../../shared/bytes.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { readRequired } from "../files.ts"

/** Four times a document's cap: a file of base64 is larger than what it holds. */
export const MAX_FILE_BYTES = 256 * 1024

export interface DocumentFile {
  readonly bytes: Bytes
  readonly encoding: "raw" | "base64"
  /** The file itself. */
  readonly source: Bytes
}

/** Reads a document from a file of raw bytes or of base64. What the bytes are worth is not judged here. */
export async function readDocumentFile(path: string): Promise<DocumentFile> {
  return decodeFile(await read(path))
}

async function read(path: string): Promise<Bytes> {
  try {
    return await readRequired(path, MAX_FILE_BYTES)
  } catch (cause) {
    if (!(cause instanceof ParleyError) || cause.code !== "json-too-large") throw cause
    throw new ParleyError("document-too-large", cause.message, { todo: "Check the path: no document is that large." })
  }
}

/** A document starts with a CBOR array or tag, which are no ASCII; anything else is tried as base64, in either alphabet. */
export function decodeFile(source: Bytes): DocumentFile {
  if ((source[0] ?? 0) >= 0x80) return { bytes: source, encoding: "raw", source }
  const text = new TextDecoder().decode(source).replace(/\s+/g, "")
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return { bytes: source, encoding: "raw", source }
  const decoded = Buffer.from(text.replaceAll("-", "+").replaceAll("_", "/"), "base64")
  return { bytes: new Uint8Array(decoded), encoding: "base64", source }
}
