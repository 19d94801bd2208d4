import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { canonicalBytes, checkSchema, parseCanonical } from "../../../shared/json/canonical.ts"
import { Name } from "../../../shared/json/fields.ts"
import { instant } from "../../../shared/json/instant.ts"
import { TokenShare } from "../../../shared/protocol/token-share.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { decryptFrom, encryptTo } from "../../../shared/signed/jwe.ts"
import { openJws, signJws } from "../../../shared/signed/jws.ts"
import { keyId, type PrivateJwk, publicPart } from "../../../shared/signed/keys.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { secretCommitment } from "../../../shared/tokens/token.ts"
import { collect, type RejectedFile, type SignatureFile, signatureFiles } from "../../room/signatures.ts"
import { knownCard } from "../cards.ts"
import { listFiles, writeAtomically } from "../files.ts"
import { homeAt, inHome, localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { homeOption, inRoom, type Room, type RoomOptions, roomOptions } from "../room.ts"

/** `parley token`: the secret under which owners turn identities into tokens. */
export function tokenCommand(): Command {
  return new Command("token")
    .description("Make, hand on and take over the token secret. Neither host nor recipients ever see it.")
    .addCommand(createCommand())
    .addCommand(acceptCommand())
    .addCommand(checkCommand())
}

function createCommand(): Command {
  return roomOptions(jsonOption(new Command("create")))
    .description("Make a token secret and wrap it to the other owners' result keys.")
    .requiredOption("--name <name>", "name of the token spec in the contract")
    .requiredOption("--for <party...>", "the other owners; their cards must be confirmed")
    .option("--key <kid>", "signing key, when the home has several")
    .addHelpText("after", "\nExample:\n  parley token create --name clients --for bureau --room room")
    .action(
      perform((options: RoomOptions & { name: string; for: string[]; key?: string }) =>
        inRoom(options, async (room) => {
          const name = checkSchema(options.name, Name)
          const secret = randomBytes(32)
          const commitment = secretCommitment(secret)
          const { name: issuer } = await localParty(room.home)
          const shares: TokenShare["shares"] = []
          for (const party of options.for) {
            const { resultKey } = await knownCard(room.home, party)
            shares.push({ party, secret: await encryptTo("tokenSecret", secret, resultKey) })
          }
          const created = instant(new Date())
          const share: TokenShare = { commitment, created, format: "parley/token-share/v1", issuer, name, shares }
          const key = await localKey(room.home, "sign", options.key)
          await writeAtomically(inHome(room.home, "token-secrets", commitment), secret, 0o600)
          secret.fill(0)
          const digest = objectDigest("token", canonicalBytes(share))
          const path = signaturePath(ROOM.tokens, digest, keyId(publicPart(key.jwk)))
          await writeAtomically(join(room.folder, path), await signJws("token", share, key.jwk))
          const text = `commitment ${commitment}\nput it into the contract; the others run \`parley token accept\``
          return { json: { commitment, name }, text }
        }),
      ),
    )
}

function acceptCommand(): Command {
  return roomOptions(jsonOption(new Command("accept")))
    .description("Take over the token secrets in the room that are wrapped to this party.")
    .addHelpText("after", "\nExample:\n  parley token accept --room room")
    .action(perform((options: RoomOptions) => inRoom(options, accept)))
}

interface Accepted {
  readonly commitment: string
  readonly issuer: string
  readonly name: string
}

/** One file that somebody damaged, or a stranger put there, must not keep this party from the others' secrets. */
async function accept(room: Room): Promise<Outcome> {
  const { name: party } = await localParty(room.home)
  const { jwk } = await localKey(room.home, "result")
  const found = await signatureFiles(room.files, ROOM.tokens, "token")
  const opened: (Accepted | null)[] = []
  const failed: RejectedFile[] = [...found.rejected]
  for (const file of found.objects) await collect(file.path, opened, failed, () => acceptOne(room, file, party, jwk))
  const accepted = opened.filter((one) => one !== null)
  if (accepted.length === 0) throw nothingAccepted(party, failed)
  const lines = [
    ...accepted.map(({ commitment, issuer, name }) => `${name} of ${issuer}: commitment ${commitment}`),
    ...failed.map(({ code, path }) => `passed over ${path}: ${code}`),
  ]
  return { json: { accepted, passedOver: failed }, text: lines.join("\n") }
}

async function acceptOne(
  room: Room,
  { jws, payload }: SignatureFile,
  party: string,
  resultKey: PrivateJwk,
): Promise<Accepted | null> {
  const { commitment, issuer, name, shares } = parseCanonical(payload, TokenShare, KINDS.token.maxBytes)
  const wrapped = shares.find((share) => share.party === party)
  if (wrapped === undefined) return null
  const { signingKeys } = await knownCard(room.home, issuer)
  const keys = signingKeys.map(({ jwk }) => jwk)
  await openJws("token", jws, TokenShare, keys)
  const secret = await decryptFrom("tokenSecret", wrapped.secret, resultKey)
  try {
    if (secret.length !== 32 || secretCommitment(secret) !== commitment) {
      throw new ParleyError("token-secret-wrong", `the secret of ${issuer} is not the one it commits to`)
    }
    await writeAtomically(inHome(room.home, "token-secrets", commitment), secret, 0o600)
  } finally {
    secret.fill(0)
  }
  return { commitment, issuer, name }
}

/** Says why, when files were there and none was good: an issuer whose card is not confirmed is the usual reason. */
function nothingAccepted(party: string, failed: readonly RejectedFile[]): ParleyError {
  const [first] = failed.filter(({ code }) => code !== "jws-malformed")
  if (first === undefined) return new ParleyError("token-secret-missing", `the room has no secret for ${party}`)
  return new ParleyError(first.code, `${first.path}: no token secret could be taken over`)
}

function checkCommand(): Command {
  return homeOption(jsonOption(new Command("check")))
    .description("List the token secrets of this home by their commitments.")
    .addHelpText("after", "\nExample:\n  parley token check")
    .action(
      perform(async (options: { home?: string }) => {
        const commitments = await listFiles(inHome(homeAt(options.home), "token-secrets"))
        return { json: { commitments }, text: commitments.join("\n") || "none" }
      }),
    )
}
