import { type CodeEntry, EXIT } from "./exit-codes.ts"

/** Codes of the command lines and of the files they keep. */
export const TOOL_CODES = {
  internal: {
    exit: EXIT.internal,
    todo: "This is a defect in Parley. Please report it with the command that led here.",
  },
  usage: { exit: EXIT.usage, todo: "See --help." },
  "image-malformed": {
    exit: EXIT.malformed,
    todo: "Get the image again from whoever built it, or name another file. Do not run this one.",
  },
  "file-missing": { exit: EXIT.io, todo: "Check the path." },
  "file-io": { exit: EXIT.io, todo: "Check permissions and free space, then run the command again." },
} as const satisfies Record<string, CodeEntry>
