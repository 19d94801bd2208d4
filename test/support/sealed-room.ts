import { writeFile } from "node:fs/promises"
import { CleanRoom } from "./clean-room.ts"
import { integerColumn, testDataset, textColumn } from "./datasets.ts"

/** A room of bank, bureau and agency over files: agreed, 300 persons sealed by both owners, its host running. */
export async function sealedRoom(): Promise<CleanRoom> {
  const room = await CleanRoom.create(["bank", "bureau", "agency"])
  const accounts = testDataset("accounts", "bank", [integerColumn("balance", "measure", 0, 1000)])
  const persons = testDataset("persons", "bureau", [textColumn("region", ["east", "west"])])
  await room.agree({ datasets: [accounts, persons], recipe: "attribution", recipients: ["agency"] })
  const rows = (line: (i: number) => string) => Array.from({ length: 300 }, (_, i) => line(i)).join("\n")
  await writeFile(room.path("bank.csv"), `id,balance\n${rows((i) => `p${i},${i + 1}`)}\n`)
  await writeFile(room.path("bureau.csv"), `id,region\n${rows((i) => `p${i},${i < 150 ? "east" : "west"}`)}\n`)
  await room.parley("bank", ["dataset", "seal", "--dataset", "accounts", "--input", room.path("bank.csv")])
  await room.parley("bureau", ["dataset", "seal", "--dataset", "persons", "--input", room.path("bureau.csv")])
  await room.startHost()
  return room
}
