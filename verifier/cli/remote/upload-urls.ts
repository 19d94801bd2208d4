import type { PreviousUpload, UrlStorage } from "tus-js-client"
import * as z from "zod"
import { parseLoose } from "../../../shared/json/canonical.ts"
import { readCapped } from "../files.ts"
import { type Home, inHome, writeHomeJson } from "../home.ts"

const MAX_BYTES = 4 * 1024 * 1024
const Urls = z.record(z.string().max(300), z.string().max(2000))

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
      await writeHomeJson(this.#home, "uploads.json", { ...(await this.#read()), [fingerprint]: uploadUrl })
    }
    return fingerprint
  }

  async #read(): Promise<z.infer<typeof Urls>> {
    const bytes = await readCapped(inHome(this.#home, "uploads.json"), MAX_BYTES)
    return bytes === null ? {} : parseLoose(bytes, Urls, MAX_BYTES)
  }
}

function previous(key: string, url: string): PreviousUpload {
  return { creationTime: "", metadata: {}, parallelUploadUrls: null, size: null, uploadUrl: url, urlStorageKey: key }
}
