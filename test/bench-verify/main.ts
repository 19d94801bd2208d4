import { parseArgs } from "node:util"
import { hasShared } from "../support/shared-folder.ts"
import { bench } from "./bench.ts"
import { ROLES } from "./roles.ts"

/** `npm run bench:verify [-- --peers FOLDER]`; with a role, the part of it that runs as a program of its own. */
const { positionals, values } = parseArgs({ allowPositionals: true, options: { peers: { type: "string" } } })
const [role, manifest = "", rounds = "1"] = positionals
if (role !== undefined) await ROLES[role]?.(manifest, Number(rounds))
else if (hasShared("evidence/nitro")) bench(values.peers)
else {
  process.stderr.write("The genuine documents are not beside this checkout: there is nothing to measure.\n")
  process.exitCode = 74
}
