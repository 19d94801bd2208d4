import { roomDraft } from "../../../room/contract.ts"
import { roomEndings, roomRejections } from "../../../room/objects.ts"
import { roomFolder } from "../../files.ts"
import type { Home } from "../../home.ts"
import { type KnownRoom, knownRooms } from "../../known-rooms.ts"
import { passOver } from "../../runs/bundles.ts"

/** Amendments of one contract that a party has rejected or ended, as far as the rooms that this home knows show it. */
export async function amendmentsGivenUp(home: Home, predecessor: string | null): Promise<ReadonlySet<string>> {
  const rooms = (await knownRooms(home)).filter((known) => known.predecessor === predecessor)
  const judged = await Promise.all(rooms.map(async (known) => ((await isGivenUp(known)) ? [known.contract] : [])))
  return new Set(judged.flat())
}

async function isGivenUp({ contract, folder }: KnownRoom): Promise<boolean> {
  const files = roomFolder(folder)
  const draft = await roomDraft(files).catch(passOver)
  if (draft?.digest !== contract) return false
  const [rejections, endings] = await Promise.all([roomRejections(files, draft), roomEndings(files, draft)])
  return rejections.objects.length + endings.objects.length > 0
}
