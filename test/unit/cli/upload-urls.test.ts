import { mkdtemp } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { HostFault } from "../../../shared/http/request.ts"
import { UploadUrls } from "../../../verifier/cli/remote/upload-urls.ts"
import { expectCode } from "../../support/rejects.ts"

it("a host has an upload go on at its own origin alone, and spoils the list of no other host", async () => {
  const urls = new UploadUrls({ folder: await mkdtemp(join(tmpdir(), "parley-urls-")) })
  const at = (uploadUrl: string) => ({
    creationTime: "",
    metadata: {},
    parallelUploadUrls: null,
    size: null,
    uploadUrl,
    urlStorageKey: "",
  })
  const own = "https://parley.example"
  for (const url of [`${own}/${"a".repeat(2000)}`, "https://evil.example/x", `${own}.evil.example/x`, "/x"])
    await expectCode("host-refused", () => urls.addUpload(`${own} c m 0`, at(url)))
  expect(await urls.findAllUploads()).toEqual([])
  await urls.addUpload(`${own} c m 0`, at(`${own}/v1/uploads/1`))
  expect(await urls.findUploadsByFingerprint(`${own} c m 0`)).toMatchObject([{ uploadUrl: `${own}/v1/uploads/1` }])
})

it("a host's words are one line without control characters", () => {
  const fault = (message: string) => HostFault.safeParse({ code: "host-refused", message, todo: "" }).success
  expect(fault("no room")).toBe(true)
  for (const bad of ["no room\nverified: yes", "\u001b[2K", "\u202e", "a\rb"]) expect(fault(bad)).toBe(false)
})
