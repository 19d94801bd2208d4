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
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { secretCommitment } from "../../../shared/tokens/token.ts"
import { signatureFiles } from "../../room/signatures.ts"
import { knownCard } from "../cards.ts"
import { listFiles, writeAtomically } from "../files.ts"
import { homeAt, inHome, localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { jsonOption, perform } from "../outcome.ts"
import { homeOption, inRoom, type RoomOptions, roomOptions } from "../room.ts"

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
    .action(
      perform((options: RoomOptions) =>
        inRoom(options, async (room) => {
          const { name: party } = await localParty(room.home)
          const resultKey = await localKey(room.home, "result")
          const accepted: { commitment: string; issuer: string; name: string }[] = []
          const { objects } = await signatureFiles(room.files, ROOM.tokens, "token")
          for (const { jws, payload } of objects) {
            const claimed = parseCanonical(payload, TokenShare, KINDS.token.maxBytes)
            const wrapped = claimed.shares.find((share) => share.party === party)
            if (wrapped === undefined) continue
            const { signingKeys } = await knownCard(room.home, claimed.issuer)
            await openJws(
              "token",
              jws,
              TokenShare,
              signingKeys.map(({ jwk }) => jwk),
            )
            const secret = await decryptFrom("tokenSecret", wrapped.secret, resultKey.jwk)
            if (secret.length !== 32 || secretCommitment(secret) !== claimed.commitment) {
              throw new ParleyError(
                "token-secret-wrong",
                `the secret of ${claimed.issuer} is not the one it commits to`,
              )
            }
            await writeAtomically(inHome(room.home, "token-secrets", claimed.commitment), secret, 0o600)
            secret.fill(0)
            accepted.push({ commitment: claimed.commitment, issuer: claimed.issuer, name: claimed.name })
          }
          if (accepted.length === 0)
            throw new ParleyError("token-secret-missing", `the room has no secret for ${party}`)
          const lines = accepted.map(({ commitment, issuer, name }) => `${name} of ${issuer}: commitment ${commitment}`)
          return { json: { accepted }, text: lines.join("\n") }
        }),
      ),
    )
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
