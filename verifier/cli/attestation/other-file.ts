import { toHex } from "../../../shared/bytes.ts"

const STARTS: readonly (readonly [string, string])[] = [
  ["ffd8ff", "a JPEG image. Check the path."],
  ["89504e47", "a PNG image. Check the path."],
  ["25504446", "a PDF. Check the path."],
  ["1f8b", "gzip. Unpack it first."],
  ["504b0304", "a ZIP archive. Unpack it first."],
  ["3082", "DER, perhaps a certificate alone. A document carries its certificates itself."],
  ["2d2d2d2d2d", "PEM. Give the document as raw bytes or base64, with nothing around it."],
]

/** What a file looks like that is no document, and what to do then; null when nothing is recognised. */
export function otherFile(source: Uint8Array): string | null {
  if (source.length === 0) return "The file is empty. Fetch the document again."
  const start = toHex(source.subarray(0, 8))
  const known = STARTS.find(([prefix]) => start.startsWith(prefix))
  if (known !== undefined) return `The file looks like ${known[1]}`
  if (source.some((byte) => byte >= 0x80)) return null
  const text = new TextDecoder().decode(source).trim()
  if (/^[{[]/.test(text)) {
    return "The file looks like JSON. Take the document out of it first; mostly a field holds it in base64."
  }
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) {
    return "The file looks like hex. Make raw bytes of it first: xxd -r -p FILE > document.bin"
  }
  return null
}
