import { type Command, Option } from "commander"
import { ParleyError } from "../../shared/errors/index.ts"
import type { RoomFiles } from "../../shared/room/files.ts"
import { roomFolder } from "./files.ts"
import { type Home, homeAt } from "./home.ts"
import { pushRoom, refusedInWords } from "./remote/push-room.ts"
import { pullRoom, roomContractDigest } from "./remote/sync.ts"

/** Options of every command that works in a room. */
export interface RoomOptions {
  readonly home?: string
  readonly room?: string
  readonly host?: string
}

/** Where a command works: the party's private folder and the shared room folder. */
export interface Room {
  readonly home: Home
  /** Path of the room folder on disk. */
  readonly folder: string
  readonly files: RoomFiles
  /** The host that keeps a copy, or null when the room travels as files. */
  readonly host: URL | null
}

export function homeOption(command: Command): Command {
  return command.addOption(new Option("--home <dir>", "private folder of the party").env("PARLEY_HOME"))
}

export function roomOptions(command: Command): Command {
  return homeOption(command)
    .addOption(new Option("--room <dir>", "room folder").env("PARLEY_ROOM").default("."))
    .addOption(
      new Option("--host <url>", "host that relays the room; without it the room is just files").env("PARLEY_HOST"),
    )
}

export function openRoom(options: RoomOptions): Room {
  const folder = options.room ?? "."
  return {
    files: roomFolder(folder),
    folder,
    home: homeAt(options.home),
    host: options.host === undefined ? null : hostUrl(options.host),
  }
}

/** The host of a command that is of no use without one. */
export function requiredHost({ host }: Room): URL {
  if (host === null) throw new ParleyError("usage", "give --host")
  return host
}

function hostUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === "https:" || url.protocol === "http:")) return url
  throw new ParleyError("usage", "--host takes an http or https URL, such as https://parley.example")
}

/**
 * Runs `work` in the room that the options name. With a host, what others have put there is fetched before, and what
 * this party has made is sent after; the files in the folder are kept either way.
 */
export async function inRoom<T>(options: RoomOptions, work: (room: Room) => Promise<T>): Promise<T> {
  const room = openRoom(options)
  const { host } = room
  if (host === null) return work(room)
  const before = await roomContractDigest(room)
  if (before !== null) await pullRoom(room, host, before).catch(unlessUnknown)
  const done = await work(room)
  const after = await roomContractDigest(room)
  if (after !== null) await pushOwn(room, host, after)
  return done
}

/** Other parties' objects that the host does not take are told of, and stop nothing. */
async function pushOwn(room: Room, host: URL, contract: string): Promise<void> {
  const { refused } = await pushRoom(room, host, contract)
  if (refused.length > 0) process.stderr.write(`note: ${refusedInWords(refused)}\n`)
}

/** Before the first push the host does not know the contract. */
function unlessUnknown(cause: unknown): number {
  if (cause instanceof ParleyError && cause.code === "not-found") return 0
  throw cause
}
