import { stat } from "node:fs/promises"
import { requireValidAt } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import { agreementKey, signingKey } from "../../../shared/signed/keys.ts"
import { roomContractInForce } from "../../room/contract.ts"
import { knownCard } from "../cards.ts"
import { io, listFiles, roomFolder } from "../files.ts"
import { type Home, inHome, type LocalKey, localParty } from "../home.ts"
import { localKeys } from "../keys.ts"
import { localLedger } from "../ledger/book.ts"
import type { Check } from "./examine.ts"

const USES = ["sign", "result", "access"] as const

/** What this party keeps for itself. */
export function homeChecks(home: Home): readonly Check[] {
  return [
    { look: () => homeFolder(home), name: "home" },
    { look: () => keys(home), name: "keys" },
    { look: () => ledger(home), name: "ledger" },
  ]
}

export function roomCheck(folder: string): Check {
  return {
    look: async () => {
      const { contract, digest } = await roomContractInForce(roomFolder(folder))
      requireValidAt(contract, new Date())
      return `contract ${digest.slice(0, 16)} is in force until ${contract.validity.notAfter}`
    },
    name: "contract",
  }
}

async function homeFolder(home: Home): Promise<string> {
  const { name } = await localParty(home)
  await requireMode(home.folder, 0o700)
  return `${home.folder} of ${name}, mode 0700`
}

/** Others on this machine who can read a key can sign, or open results, in this party's name. */
async function keys(home: Home): Promise<string> {
  const found = await localKeys(home)
  const colleague = await isColleagues(home, found)
  for (const use of colleague ? (["sign"] as const) : USES) {
    if (!found.some((key) => key.use === use)) {
      throw new ParleyError("file-missing", `no ${use} key in ${home.folder}`, { todo: "Run `parley init` first." })
    }
  }
  for (const name of await listFiles(inHome(home, "keys"))) await requireMode(inHome(home, "keys", name), 0o600)
  for (const key of found) await usable(key)
  const counts = USES.map((use) => `${found.filter((key) => key.use === use).length} ${use}`).join(", ")
  return colleague ? `${counts}: the home of a colleague, who signs` : counts
}

/** A home from `parley key create --party`: it opens no results, and knows its own party by a card that was confirmed. */
async function isColleagues(home: Home, found: readonly LocalKey[]): Promise<boolean> {
  if (found.some(({ use }) => use === "result")) return false
  const { name } = await localParty(home)
  return knownCard(home, name).then(
    () => true,
    () => false,
  )
}

async function usable({ jwk, use }: LocalKey): Promise<void> {
  await (use === "result" ? agreementKey(jwk) : signingKey(jwk))
}

async function ledger(home: Home): Promise<string> {
  const { entries, head } = await localLedger(home)
  return `${entries.length} entries, head ${head.slice(0, 16)}`
}

async function requireMode(path: string, expected: number): Promise<void> {
  const { mode } = await io(path, () => stat(path))
  if ((mode & 0o777) === expected) return
  const octal = (bits: number) => bits.toString(8).padStart(4, "0")
  throw new ParleyError("file-io", `${path} has mode ${octal(mode & 0o777)}`, {
    todo: `Run \`chmod ${octal(expected)} ${path}\`.`,
  })
}
