import { fileURLToPath } from "node:url"
import { build, type Metafile } from "esbuild"

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url))

/** The verifier library as one ES module for browsers, and what went into it. */
export interface Bundle {
  readonly bytes: Uint8Array
  readonly metafile: Metafile
}

/**
 * Builds `verifier/index.ts` with all that it imports. The same checkout gives the same bytes. `globals` replaces names
 * that no module declares: a test puts marks there, to see which ones the code would look for in its surroundings.
 */
export async function bundleLibrary(globals: Readonly<Record<string, string>> = {}): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: CHECKOUT,
    bundle: true,
    charset: "utf8",
    define: { ...globals },
    entryPoints: ["verifier/index.ts"],
    format: "esm",
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    minify: true,
    outfile: "dist/parley-verifier.js",
    platform: "browser",
    target: "es2024",
    write: false,
  })
  const [output] = outputFiles
  if (output === undefined || outputFiles.length !== 1) throw new Error("the bundle is not one file")
  return { bytes: output.contents, metafile }
}
