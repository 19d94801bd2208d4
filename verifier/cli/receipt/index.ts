import { join } from "node:path"
import { Command } from "commander"
import { ParleyError } from "../../../shared/errors/index.ts"
import { MAX_BUNDLE_BYTES } from "../../../shared/protocol/bundle.ts"
import { receiptPath } from "../../../shared/room/layout.ts"
import { policyLine } from "../../privacy/policy-line.ts"
import { type VerifiedReceipt, verifyBundle } from "../../receipt/verify.ts"
import { roomContractInForce } from "../../room/contract.ts"
import { readRequired, writeAtomically } from "../files.ts"
import { jsonOption, perform } from "../outcome.ts"
import { inRoom, type Room, type RoomOptions, roomOptions } from "../room.ts"
import { reconcile } from "../runs/receipts.ts"

interface Options {
  readonly acceptSimulatedRoot?: readonly string[]
}

/** `parley receipt`: bundles, judged offline. */
export function receiptCommand(): Command {
  return new Command("receipt")
    .description("Verify, show and import receipts. Needs no network, no account and no vendor.")
    .addCommand(
      fileSub(
        "verify",
        "Verify a bundle: every signature, the attestation document, and that all speak of one run.",
        verified,
      ),
    )
    .addCommand(fileSub("show", "Show what a verified receipt states.", shown))
    .addCommand(importCommand())
}

function fileSub(name: string, description: string, say: (receipt: VerifiedReceipt) => string): Command {
  return jsonOption(new Command(name))
    .argument("<bundle>")
    .description(description)
    .option("--accept-simulated-root <sha256...>", "accept a root that is not AWS's on this machine, for tests only")
    .addHelpText("after", `\nExample:\n  parley receipt ${name} room/receipts/3f2a...bundle.json`)
    .action(
      perform(async (file: string, options: Options) => {
        const receipt = await verifyBundle({
          acceptedRoots: options.acceptSimulatedRoot ?? [],
          bytes: await readRequired(file, MAX_BUNDLE_BYTES),
        })
        return { json: summary(receipt), text: say(receipt) }
      }),
    )
}

function importCommand(): Command {
  return roomOptions(jsonOption(new Command("import")))
    .argument("<bundle>")
    .description(
      "Verify a bundle that came another way, put it into the room, and compare this party's ledger with it.",
    )
    .addHelpText("after", "\nExample:\n  parley receipt import from-mail.bundle.json --room room")
    .action(perform((file: string, options: RoomOptions) => inRoom(options, (room) => importBundle(room, file))))
}

async function importBundle(room: Room, file: string) {
  const inForce = await roomContractInForce(room.files)
  const bytes = await readRequired(file, MAX_BUNDLE_BYTES)
  const receipt = await verifyBundle({ acceptedRoots: [inForce.contract.evidence.trustAnchor.sha256], bytes })
  if (receipt.inForce.digest !== inForce.digest)
    throw new ParleyError("contract-mismatch", "the receipt is of another contract")
  await writeAtomically(join(room.folder, receiptPath(receipt.run.proposal.digest)), bytes)
  await reconcile(room, inForce)
  return { json: summary(receipt), text: `imported receipt ${receipt.digest}` }
}

function verified(receipt: VerifiedReceipt): string {
  const mark = receipt.simulated ? "SIMULATED " : ""
  return [
    `${mark}receipt ${receipt.digest} verified`,
    ...receipt.checked.map((what) => `${mark}checked    ${what}`),
    ...receipt.unchecked.map(({ reason, what }) => `${mark}unchecked  ${what}: ${reason}`),
  ].join("\n")
}

function shown(receipt: VerifiedReceipt): string {
  const { predicate } = receipt.receipt
  return [
    `receipt ${receipt.digest}${receipt.simulated ? " SIMULATED" : ""}`,
    `contract ${predicate.contract}`,
    `query ${predicate.query}, sequence ${predicate.sequence}, issued ${predicate.issuedAt}`,
    `released to ${predicate.recipients.join(", ")}: ${groupsLine(predicate.groups)}`,
    policyLine(predicate.policy),
    ...predicate.manifests.map(({ dataset, digest }) => `data ${dataset} ${digest}`),
    ...predicate.grants.map(({ digest, party }) => `granted by ${party} ${digest}`),
    `previous receipt ${predicate.previous ?? "none"}`,
  ].join("\n")
}

function groupsLine(groups: VerifiedReceipt["receipt"]["predicate"]["groups"]): string {
  return groups === null ? "every declared group" : `${groups.released} groups, withheld ${groups.withheld}`
}

function summary({ checked, digest, receipt, simulated, unchecked }: VerifiedReceipt) {
  return { checked, digest, receipt, simulated, unchecked, verdict: "accepted" }
}
