import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { HostConfig } from "../../host/config/config.ts"

/** Changes an operator's host.json before the host is started. */
export async function editHostConfig(data: string, edit: (config: HostConfig) => void): Promise<void> {
  const path = join(data, "host.json")
  const config = JSON.parse(await readFile(path, "utf8")) as HostConfig
  edit(config)
  await writeFile(path, JSON.stringify(config))
}
