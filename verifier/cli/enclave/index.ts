import { Command } from "commander"
import { keyId } from "../../../shared/signed/keys.ts"
import { roomContractInForce } from "../../room/contract.ts"
import { numberOption, TIMEOUT_SECONDS } from "../number-option.ts"
import { jsonOption, perform } from "../outcome.ts"
import { inRoom, type RoomOptions, roomOptions } from "../room.ts"
import { verifyEnclave } from "./verify.ts"

export interface EvidenceOptions extends RoomOptions {
  readonly acceptSimulatedRoot?: readonly string[]
  readonly timeout: number
}

/** `parley enclave`: the enclave that serves a room's contract. */
export function enclaveCommand(): Command {
  return new Command("enclave")
    .description("Verify the enclave that serves a room's contract.")
    .addCommand(verifyCommand())
}

/** Options of every command that verifies a live enclave. */
export function evidenceOptions(command: Command): Command {
  return command
    .option("--accept-simulated-root <sha256...>", "accept a root that is not AWS's on this machine, for tests only")
    .option(
      "--timeout <seconds>",
      "how long to wait for the enclave's answer",
      numberOption("--timeout", TIMEOUT_SECONDS),
      60,
    )
}

function verifyCommand(): Command {
  return evidenceOptions(roomOptions(jsonOption(new Command("verify"))))
    .description(
      "Send a fresh nonce, fetch the attestation document, judge it (chain, image, contract, keys) and keep it.",
    )
    .addHelpText("after", "\nExample:\n  parley enclave verify --room room")
    .action(
      perform((options: EvidenceOptions) =>
        inRoom(options, async (room) => {
          const inForce = await roomContractInForce(room.files)
          const { encryptionKey, evidence, kept, signingKey } = await verifyEnclave(
            room,
            inForce,
            options.acceptSimulatedRoot ?? [],
            options.timeout * 1000,
          )
          const mark = evidence.simulated ? "SIMULATED " : ""
          const lines = [
            `${mark}enclave ${evidence.document.moduleId} verified`,
            ...evidence.checked.map((what) => `${mark}checked    ${what}`),
            ...evidence.unchecked.map(({ reason, what }) => `${mark}unchecked  ${what}: ${reason}`),
            `${mark}keys       encryption ${keyId(encryptionKey)}, signing ${keyId(signingKey)}`,
            `${mark}document   kept in ${kept.document}`,
            `${mark}           judge it again with \`parley attestation verify ${kept.arguments.join(" ")}\``,
          ]
          const { checked, digest, simulated, unchecked } = evidence
          const json = {
            checked,
            document: digest,
            kept,
            encryptionKey: keyId(encryptionKey),
            signingKey: keyId(signingKey),
            simulated,
            unchecked,
          }
          return { json, text: lines.join("\n") }
        }),
      ),
    )
}
