import { join } from "node:path"
import { Command } from "commander"
import { partyOf } from "../../../../shared/contract/in-force.ts"
import { canonicalBytes, checkSchema } from "../../../../shared/json/canonical.ts"
import { instant } from "../../../../shared/json/instant.ts"
import { Ending, Rejection } from "../../../../shared/protocol/statements.ts"
import { ROOM, signaturePath } from "../../../../shared/room/layout.ts"
import { signJws } from "../../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../../shared/signed/keys.ts"
import { objectDigest } from "../../../../shared/signed/kinds.ts"
import { roomDraft } from "../../../room/contract.ts"
import { writeAtomically } from "../../files.ts"
import { localParty } from "../../home.ts"
import { localKey } from "../../keys.ts"
import { jsonOption, perform } from "../../outcome.ts"
import { inRoom, type Room, type RoomOptions, roomOptions } from "../../room.ts"

interface Statement {
  readonly kind: "ending" | "rejection"
  readonly folder: string
}

type Options = RoomOptions & { readonly reason: string; readonly key?: string }

/** `parley contract reject`. */
export function rejectCommand(): Command {
  const statement = { folder: ROOM.rejections, kind: "rejection" } as const
  return statementCommand("reject", "Say that this party will not sign, and why.", statement)
}

/** `parley contract end`. */
export function endCommand(): Command {
  const statement = { folder: ROOM.endings, kind: "ending" } as const
  return statementCommand("end", "End the contract. Every party's tools obey from then on.", statement)
}

function statementCommand(name: string, description: string, statement: Statement): Command {
  return roomOptions(jsonOption(new Command(name)))
    .description(description)
    .requiredOption("--reason <text>")
    .option("--key <kid>", "signing key, when the home has several")
    .addHelpText("after", `\nExample:\n  parley contract ${name} --room room --reason "the purpose is too wide"`)
    .action(perform((options: Options) => inRoom(options, (room) => state(room, options, statement))))
}

async function state(room: Room, options: Options, { folder, kind }: Statement) {
  const { contract, digest } = await roomDraft(room.files)
  const { name } = await localParty(room.home)
  partyOf(contract, name)
  const key = await localKey(room.home, "sign", options.key)
  const claimed = {
    contract: digest,
    created: instant(new Date()),
    format: `parley/${kind}/v1`,
    party: name,
    reason: options.reason,
  }
  const statement = checkSchema(claimed, kind === "ending" ? Ending : Rejection)
  const path = signaturePath(folder, objectDigest(kind, canonicalBytes(statement)), keyId(publicPart(key.jwk)))
  await writeAtomically(join(room.folder, path), await signJws(kind, statement, key.jwk))
  return { json: { contract: digest, file: path }, text: `${kind} of ${digest} by ${name}` }
}
