import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { Command, Option } from "commander"
import { toBase64url } from "../../../shared/bytes.ts"
import { checkContract } from "../../../shared/contract/check.ts"
import { Contract } from "../../../shared/contract/contract.ts"
import { partyOf } from "../../../shared/contract/in-force.ts"
import { ParleyError } from "../../../shared/errors/index.ts"
import {
  canonicalBytes,
  canonicalText,
  checkSchema,
  parseCanonical,
  parseLoose,
} from "../../../shared/json/canonical.ts"
import { instant } from "../../../shared/json/instant.ts"
import { Ending, Rejection } from "../../../shared/protocol/statements.ts"
import { ROOM, signaturePath } from "../../../shared/room/layout.ts"
import { signJws } from "../../../shared/signed/jws.ts"
import { keyId, publicPart } from "../../../shared/signed/keys.ts"
import { KINDS, objectDigest } from "../../../shared/signed/kinds.ts"
import { contractInWords } from "../../contract/words.ts"
import { roomApprovals, roomDraft } from "../../room/contract.ts"
import { judgeLocally } from "../engine/judge.ts"
import { readRequired, writeAtomically } from "../files.ts"
import { homeAt, localParty } from "../home.ts"
import { localKey } from "../keys.ts"
import { DAYS, numberOption } from "../number-option.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { pullRoom, pushRoom } from "../remote/sync.ts"
import { homeOption, inRoom, openRoom, type Room, type RoomOptions, roomOptions } from "../room.ts"
import { describeFile } from "./describe.ts"
import { draftContract, type InitOptions } from "./init.ts"
import { RECIPES } from "./recipes.ts"
import { signContract } from "./sign.ts"
import { EXIT_OF, standingInWords, standingOf } from "./standing.ts"

interface SignOptions extends RoomOptions {
  readonly key?: string
  readonly predecessor?: string
  readonly acceptSimulatedRoot?: readonly string[]
}

/** `parley contract`: what the parties agree on. */
export function contractCommand(): Command {
  return new Command("contract")
    .description("Draft, read, check and sign the contract of a room.")
    .addCommand(describeCommand())
    .addCommand(initCommand())
    .addCommand(checkCommand())
    .addCommand(fileCommand("show", "Print a contract with line breaks.", show))
    .addCommand(fileCommand("hash", "Print a contract's digest, to compare by voice.", hash))
    .addCommand(diffCommand())
    .addCommand(signCommand())
    .addCommand(statementCommand("reject", "Say that this party will not sign, and why.", ROOM.rejections, "rejection"))
    .addCommand(
      statementCommand("end", "End the contract. Every party's tools obey from then on.", ROOM.endings, "ending"),
    )
    .addCommand(statusCommand())
    .addCommand(amendCommand())
    .addCommand(pushCommand())
    .addCommand(pullCommand())
}

function describeCommand(): Command {
  return homeOption(jsonOption(new Command("describe")))
    .description(
      "Propose this party's dataset from the header and values of its own file. Nothing but the proposal leaves.",
    )
    .requiredOption("--input <file>", "CSV or Parquet")
    .requiredOption("--dataset <name>", "name of the dataset in the contract")
    .requiredOption("--identity <column>", "column that identifies a person")
    .option("--token-spec <name>", "token spec of the contract", "identities")
    .requiredOption("--out <file>", "where to write the proposal; edit it, then give it to whoever drafts the contract")
    .addHelpText(
      "after",
      "\nExample:\n  parley contract describe --input accounts.csv --dataset accounts --identity customer --out accounts.dataset.json",
    )
    .action(perform(describe))
}

function initCommand(): Command {
  return homeOption(jsonOption(new Command("init")))
    .description(
      "Draft a contract from a recipe and the owners' proposals. Edit the draft, then `parley contract check --write`.",
    )
    .addOption(new Option("--recipe <name>", "what is asked").choices(Object.keys(RECIPES)).makeOptionMandatory())
    .requiredOption("--dataset <file...>", "proposals made by `parley contract describe`")
    .requiredOption("--recipient <party...>", "who receives the results")
    .option("--approver <party...>", "parties that only approve", [])
    .option("--token-spec <name>", "name of the token spec", "identities")
    .requiredOption("--token-commitment <hex>", "printed by `parley token create`")
    .requiredOption("--token-issuer <party>", "who made the token secret")
    .option("--normalize <step...>", "how identities are normalised, in order", ["nfkc", "trim", "lowercase"])
    .requiredOption("--image <file...>", "allowed images, from `parley image measure --out`")
    .option("--trust-root <pem>", "root of the evidence, when it is not AWS's")
    .option("--title <text>")
    .option("--days <n>", "validity", numberOption("--days", DAYS), 365)
    .requiredOption("--out <file>")
    .addHelpText(
      "after",
      "\nExample:\n  parley contract init --recipe overlap --dataset accounts.dataset.json persons.dataset.json --recipient agency \\\n    --token-commitment 5e2f... --token-issuer bank --image image.json --out room/contract.json",
    )
    .action(perform(init))
}

function checkCommand(): Command {
  return jsonOption(new Command("check"))
    .argument("<file>", "contract")
    .description("Check a contract and say in words, per party, what leaves, to whom, and what remains risky.")
    .option("--write", "write the file back in canonical form, after editing it by hand")
    .addHelpText("after", "\nExample:\n  parley contract check room/contract.json")
    .action(perform(check))
}

function fileCommand(
  name: string,
  description: string,
  work: (contract: Contract, bytes: Uint8Array) => Outcome,
): Command {
  return jsonOption(new Command(name))
    .argument("<file>", "contract")
    .description(description)
    .addHelpText("after", `\nExample:\n  parley contract ${name} room/contract.json`)
    .action(perform(async (file: string) => work(...(await read(file)))))
}

function diffCommand(): Command {
  return jsonOption(new Command("diff"))
    .argument("<old>")
    .argument("<new>")
    .description("Show field by field what changed between two contracts.")
    .addHelpText("after", "\nExample:\n  parley contract diff old.json new.json")
    .action(perform(diff))
}

function signCommand(): Command {
  return roomOptions(jsonOption(new Command("sign")))
    .description(
      "Sign the room's contract. Refuses cards that this party has not confirmed, and queries that a rule forbids.",
    )
    .option("--key <kid>", "signing key, when the home has several")
    .option("--predecessor <file>", "the contract that this one amends, when this home has not signed it")
    .option("--accept-simulated-root <sha256...>", "accept a root that is not AWS's on this machine, for tests only")
    .addHelpText("after", "\nExample:\n  parley contract sign --room room")
    .action(perform((options: SignOptions) => inRoom(options, (room) => sign(room, options))))
}

function statementCommand(name: string, description: string, folder: string, kind: "rejection" | "ending"): Command {
  return roomOptions(jsonOption(new Command(name)))
    .description(description)
    .requiredOption("--reason <text>")
    .option("--key <kid>", "signing key, when the home has several")
    .addHelpText("after", `\nExample:\n  parley contract ${name} --room room --reason "the purpose is too wide"`)
    .action(
      perform((options: RoomOptions & { reason: string; key?: string }) =>
        inRoom(options, (room) => state(room, options, folder, kind)),
      ),
    )
}

function statusCommand(): Command {
  return roomOptions(jsonOption(new Command("status")))
    .description(
      "Say who has signed, who has not, and whether it is over. Exit code 41 while somebody is missing, 10 when it is over.",
    )
    .addHelpText("after", "\nExample:\n  parley contract status --room room")
    .action(perform((options: RoomOptions) => inRoom(options, status)))
}

function amendCommand(): Command {
  return jsonOption(new Command("amend"))
    .argument("<file>", "the contract in force")
    .description(
      "Start an amendment: a new contract that names this one as its predecessor. Needs the parties of both.",
    )
    .requiredOption("--out <file>", "where the draft is written; edit it, then check and sign it in a room of its own")
    .addHelpText("after", "\nExample:\n  parley contract amend room/contract.json --out room-2/contract.json")
    .action(perform(amend))
}

function pushCommand(): Command {
  return roomOptions(jsonOption(new Command("push")))
    .description("Send the room's contract and signed objects to the host.")
    .addHelpText("after", "\nExample:\n  parley contract push --room room --host https://parley.example")
    .action(perform((options: RoomOptions) => push(openRoom(options))))
}

function pullCommand(): Command {
  return roomOptions(jsonOption(new Command("pull")))
    .argument("<digest>", "digest of the contract")
    .description("Fetch a contract and its room from the host.")
    .addHelpText("after", "\nExample:\n  parley contract pull 5e2f... --room room --host https://parley.example")
    .action(perform((digest: string, options: RoomOptions) => pull(openRoom(options), digest)))
}

async function push(room: Room) {
  const { digest } = await roomDraft(room.files)
  const pushed = await pushRoom(room, required(room), digest)
  return { json: { contract: digest, pushed }, text: `${pushed} objects sent` }
}

async function pull(room: Room, digest: string) {
  const pulled = await pullRoom(room, required(room), digest)
  return { json: { contract: digest, pulled }, text: `${pulled} objects fetched` }
}

function required({ host }: Room): URL {
  if (host === null) throw new ParleyError("usage", "give --host")
  return host
}

async function describe(options: {
  home?: string
  input: string
  dataset: string
  identity: string
  tokenSpec: string
  out: string
}) {
  const { name } = await localParty(homeAt(options.home))
  const { dataset, guesses } = await describeFile({
    file: options.input,
    identity: options.identity,
    name: options.dataset,
    owner: name,
    purposes: ["to-be-agreed"],
    recipients: [name],
    tokenSpec: options.tokenSpec,
  })
  await writeAtomically(options.out, `${JSON.stringify(dataset, null, 2)}\n`)
  const text = [
    `${options.out}: ${dataset.columns.length} columns, at most ${dataset.maxRowsPerIdentity} rows per identity`,
    "look at:",
    ...guesses.map((guess) => `  ${guess}`),
  ]
  return { json: { dataset: dataset.name, file: options.out, guesses }, text: text.join("\n") }
}

async function init(options: InitOptions & { home?: string; out: string }) {
  const contract = await draftContract(homeAt(options.home), options, new Date())
  const bytes = canonicalBytes(contract)
  await writeAtomically(options.out, bytes)
  const text = `${options.out}\ndigest ${objectDigest("contract", bytes)}\nfill in the terms, then \`parley contract check --write ${options.out}\``
  return { json: { digest: objectDigest("contract", bytes), file: options.out }, text }
}

async function check(file: string, options: { write?: boolean }) {
  const raw = await readRequired(file, KINDS.contract.maxBytes)
  const contract =
    options.write === true
      ? parseLoose(raw, Contract, KINDS.contract.maxBytes)
      : parseCanonical(raw, Contract, KINDS.contract.maxBytes)
  checkContract(contract)
  const plans = await judgeLocally(contract)
  const words = contractInWords(contract, plans)
  const bytes = canonicalBytes(contract)
  if (options.write === true) await writeAtomically(file, bytes)
  const blank = canonicalText(contract.terms).includes("TO BE FILLED IN")
  const text = [
    `${contract.title}, digest ${objectDigest("contract", bytes)}`,
    ...words.queries.flatMap(({ says }) => says.map((line, index) => (index === 0 ? `\n${line}` : `  ${line}`))),
    ...words.parties.flatMap(({ party, says }) => [`\n${party}`, ...says.map((line) => `  ${line}`)]),
    "\nwhat remains risky",
    ...words.risks.map((line) => `  ${line}`),
    ...(words.unused.length === 0 ? [] : [`\ncolumns that no query reads: ${words.unused.join(", ")}`]),
    ...(blank ? ["\nthe terms still say TO BE FILLED IN"] : []),
  ]
  return { json: { ...words, digest: objectDigest("contract", bytes), termsComplete: !blank }, text: text.join("\n") }
}

function show(contract: Contract, _bytes: Uint8Array): Outcome {
  return { json: contract, text: JSON.stringify(contract, null, 2) }
}

function hash(_contract: Contract, bytes: Uint8Array): Outcome {
  const digest = objectDigest("contract", bytes)
  return { json: { digest }, text: digest }
}

async function diff(oldFile: string, newFile: string) {
  const [before] = await read(oldFile)
  const [after] = await read(newFile)
  const [left, right] = [leaves(before, ""), leaves(after, "")]
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort()
  const changes = paths
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => ({ after: right.get(path) ?? null, before: left.get(path) ?? null, path }))
  const text = changes.map(
    ({ after: now, before: then, path }) => `${path}\n  - ${then ?? "absent"}\n  + ${now ?? "absent"}`,
  )
  return { json: { changes }, text: text.join("\n") || "no difference" }
}

function leaves(value: unknown, path: string): Map<string, string> {
  if (value === null || typeof value !== "object") return new Map([[path, JSON.stringify(value)]])
  const entries = Object.entries(value).flatMap(([key, inner]) => [
    ...leaves(inner, path === "" ? key : `${path}.${key}`),
  ])
  return new Map(entries)
}

async function sign(room: Room, options: SignOptions) {
  const digest = await signContract(room, {
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.predecessor === undefined ? {} : { predecessor: options.predecessor }),
    acceptedRoots: options.acceptSimulatedRoot ?? [],
  })
  const missing = await missingSigners(room)
  const text = `signed ${digest}\n${missing.length === 0 ? "in force: every party has signed" : `waiting for: ${missing.join(", ")}`}`
  return { json: { digest, waitingFor: missing }, text }
}

async function status(room: Room): Promise<Outcome> {
  const { contract, digest } = await roomDraft(room.files)
  const missing = await missingSigners(room)
  const standing = await standingOf(room.files, { contract, digest }, missing.length, new Date())
  const json = { digest, inForce: standing.state === "in-force", waitingFor: missing, ...standing }
  return { exit: EXIT_OF[standing.state], json, text: standingInWords(digest, standing, missing) }
}

async function missingSigners(room: Room): Promise<readonly string[]> {
  const { byParty } = await roomApprovals(room.files)
  return byParty.filter(({ signed, required }) => signed.length < required).map(({ party }) => `${party} (sign)`)
}

async function state(
  room: Room,
  options: { reason: string; key?: string },
  folder: string,
  kind: "rejection" | "ending",
) {
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

async function amend(file: string, options: { out: string }) {
  const [contract, bytes] = await read(file)
  const predecessor = objectDigest("contract", bytes)
  const draft = { ...contract, id: toBase64url(randomBytes(16)), predecessor }
  await writeAtomically(options.out, canonicalBytes(draft))
  const text = `${options.out}\namends ${predecessor}; edit it, check it, and have the parties of both sign it`
  return { json: { file: options.out, predecessor }, text }
}

async function read(file: string): Promise<[Contract, Uint8Array]> {
  const bytes = await readRequired(file, KINDS.contract.maxBytes)
  if (bytes.length === 0) throw new ParleyError("json-malformed", `${file} is empty`)
  const contract = parseCanonical(bytes, Contract, KINDS.contract.maxBytes)
  return [contract, bytes]
}
