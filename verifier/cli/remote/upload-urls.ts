import type { PreviousUpload, UrlStorage } from "tus-js-client"
import * as z from "zod"
import { ParleyError } from "../../../shared/errors/index.ts"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { readCapped } from "../files.ts"
import { type Home, inHome, writeHomeJson } from "../home.ts"

const MAX_BYTES = 4 * 1024 * 1024
const MAX_URL = 2000
const Urls = z.record(z.string().max(500), z.string().max(MAX_URL))

/** Where unfinished uploads go on, by part; kept in the home, so that a killed command can take them up again. */
export class UploadUrls implements UrlStorage {
  readonly #home: Home

  constructor(home: Home) {
    this.#home = home
  }

  async findAllUploads(): Promise<PreviousUpload[]> {
    return Object.entries(await this.#read()).map(([key, url]) => previous(key, url))
  }

  async findUploadsByFingerprint(fingerprint: string): Promise<PreviousUpload[]> {
    const url = (await this.#read())[fingerprint]
    return url === undefined ? [] : [previous(fingerprint, url)]
  }

  async removeUpload(key: string): Promise<void> {
    const { [key]: _, ...rest } = await this.#read()
    await writeHomeJson(this.#home, "uploads.json", rest)
  }

  async addUpload(fingerprint: string, { uploadUrl }: PreviousUpload): Promise<string> {
    if (uploadUrl !== null) {
      requireOwnUrl(uploadUrl, fingerprint.split(" ", 1)[0] ?? "")
      await writeHomeJson(this.#home, "uploads.json", { ...(await this.#read()), [fingerprint]: uploadUrl })
    }
    return fingerprint
  }

  async #read(): Promise<z.infer<typeof Urls>> {
    const bytes = await readCapped(inHome(this.#home, "uploads.json"), MAX_BYTES)
    return bytes === null ? {} : parseLoose(bytes, Urls, MAX_BYTES)
  }
}

/** A host names where an upload goes on: only itself, and in no more than this file can keep. */
export function requireOwnUrl(url: string, origin: string): void {
  if (url.length > MAX_URL || !URL.canParse(url) || new URL(url).origin !== origin)
    throw new ParleyError("host-refused", "the host has the upload go on at an address that is not its own")
}

function previous(key: string, url: string): PreviousUpload {
  return { creationTime: "", metadata: {}, parallelUploadUrls: null, size: null, uploadUrl: url, urlStorageKey: key }
}
