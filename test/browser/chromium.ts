import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { type Browser, chromium, type Page } from "playwright-core"
import { bundleLibrary } from "../../verifier/web/bundle.ts"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))
const EXECUTABLE = process.env.PARLEY_CHROMIUM ?? "/usr/bin/chromium"
const LIBRARY = "/parley-verifier.js"

/** Debian's package `chromium`. Under `CI=true` its absence is a failure, not a reason to skip. */
export function hasChromium(): boolean {
  if (existsSync(EXECUTABLE)) return true
  if (process.env.CI === "true") throw new Error(`${EXECUTABLE} is missing: apt-get install chromium`)
  console.log(`skipped: there is no ${EXECUTABLE} (apt-get install chromium)`)
  return false
}

export interface BrowserRun {
  readonly version: string
  /** A page at an address, in which the library is loaded and `globalThis.parleyJudge` is the judge. */
  open(origin: string): Promise<Page>
  close(): Promise<void>
}

/** Starts Chromium; pages get the library's bundle and the judge, and reach no network. */
export async function startChromium(): Promise<BrowserRun> {
  const files: Readonly<Record<string, string>> = {
    "/": '<!doctype html><title>Parley</title><script type="module" src="/judge.js"></script>',
    "/judge.js": await bundleJudge(),
    [LIBRARY]: Buffer.from((await bundleLibrary()).bytes).toString("utf8"),
  }
  const browser = await chromium.launch({ args: ["--no-sandbox"], executablePath: EXECUTABLE, headless: true })
  return {
    close: () => browser.close(),
    open: (origin) => openPage(browser, files, origin),
    version: browser.version(),
  }
}

async function openPage(browser: Browser, files: Readonly<Record<string, string>>, origin: string): Promise<Page> {
  const page = await browser.newPage()
  await page.route("**/*", (route) => {
    const { pathname } = new URL(route.request().url())
    const body = files[pathname]
    if (body === undefined) return route.fulfill({ status: 404 })
    return route.fulfill({ body, contentType: pathname === "/" ? "text/html" : "text/javascript" })
  })
  page.on("pageerror", (error) => console.log(`page: ${error.message}`))
  await page.goto(`${origin}/`)
  await page.waitForFunction(() => "parleyJudge" in globalThis)
  return page
}

/** The judge for the page. What it takes from the library comes from the library's own bundle, not from a second copy. */
async function bundleJudge(): Promise<string> {
  const { outputFiles } = await build({
    bundle: true,
    entryPoints: [`${CHECKOUT}test/browser/page.ts`],
    format: "esm",
    logLevel: "silent",
    platform: "browser",
    plugins: [
      {
        name: "library-from-its-bundle",
        setup({ onResolve }) {
          // The error class too, or `instanceof` would tell the library's refusals from the judge's own.
          onResolve({ filter: /\/(?:verifier|shared\/errors|errors)\/index\.ts$/ }, () => ({
            external: true,
            path: LIBRARY,
          }))
        },
      },
    ],
    target: "es2024",
    write: false,
  })
  return outputFiles[0]?.text ?? ""
}
