import { Command } from "commander"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { colleagues } from "../colleagues.ts"
import { homeAt } from "../home.ts"
import { localKeys } from "../keys.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption } from "../room.ts"
import { table } from "../table.ts"
import { addCommand } from "./add.ts"
import { createCommand } from "./create.ts"
import { exportCommand } from "./export.ts"
import { importCommand } from "./import.ts"

/** `parley key`: the party's own keys. */
export function keyCommand(): Command {
  return new Command("key")
    .description("Make and show keys, and put those of the people who approve on this party's card.")
    .addCommand(createCommand())
    .addCommand(showCommand())
    .addCommand(exportCommand())
    .addCommand(addCommand())
    .addCommand(importCommand())
}

function showCommand(): Command {
  return homeOption(jsonOption(new Command("show")))
    .description("Show the keys of this home without their secrets, and those of colleagues that are on its card.")
    .addHelpText("after", "\nExample:\n  parley key show")
    .action(perform(show))
}

async function show(options: { home?: string }) {
  const home = homeAt(options.home)
  const own = (await localKeys(home)).map(({ holder, jwk, role, use }) => {
    return { here: true, holder, kid: keyId(publicPart(jwk)), role, use }
  })
  const others = (await colleagues(home)).map(({ holder, jwk, role }) => {
    return { here: false, holder, kid: keyId(jwk), role, use: "sign" as const }
  })
  const keys = [...own, ...others]
  const rows = keys.map(({ here, holder, kid, role, use }) => [use, kid, role, holder, here ? "here" : "elsewhere"])
  return { json: { keys }, text: table(["use", "key", "role", "holder", "secret"], rows) }
}
