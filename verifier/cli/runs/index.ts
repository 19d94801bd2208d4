import { setTimeout as sleep } from "node:timers/promises"
import { Command } from "commander"
import type { ContractInForce } from "../../../shared/contract/in-force.ts"
import { statedPolicy } from "../../../shared/privacy/stated-policy.ts"
import { policyLine } from "../../privacy/policy-line.ts"
import { roomContractInForce } from "../../room/contract.ts"
import { type EvidenceOptions, evidenceOptions } from "../enclave/index.ts"
import { judgeLocally } from "../engine/judge.ts"
import { HOURS, numberOption, requireNumber, SEQUENCE, TIMEOUT_SECONDS } from "../number-option.ts"
import { jsonOption, type Outcome, perform } from "../outcome.ts"
import { inRoom, type Room, type RoomOptions, roomOptions } from "../room.ts"
import { table } from "../table.ts"
import { approveGrant } from "./approve.ts"
import { cancel } from "./cancel.ts"
import { grant } from "./grant.ts"
import { type ProposeOptions, propose } from "./propose.ts"
import { chosen, type RunStatus, runStatuses } from "./state.ts"
import { describe, statusOf } from "./status.ts"

const POLL_MS = 500

/** `parley run`: from a proposal to its receipt. */
export function runCommand(): Command {
  return new Command("run")
    .description("Propose a run, grant it, wait for it.")
    .addCommand(proposeCommand())
    .addCommand(
      proposalCommand("show", "Show a proposal: query, parameters, versions, what it would release.", showRun),
    )
    .addCommand(grantCommand())
    .addCommand(
      proposalCommand(
        "status",
        "Say where a run stands. Exit code 41 while it waits, 10 when it will not come about.",
        statusOf,
      ),
    )
    .addCommand(waitCommand())
    .addCommand(cancelCommand())
    .addCommand(listCommand())
}

function proposeCommand(): Command {
  return roomOptions(jsonOption(new Command("propose")))
    .description("Sign a proposal of one query over the newest sealed versions.")
    .requiredOption("--query <name>", "query of the contract")
    .option("--param <name=value...>", "values of the query's parameters", [])
    .option(
      "--sequence <n>",
      "the next one when not given; may skip, never repeat",
      numberOption("--sequence", SEQUENCE),
    )
    .option("--manifest <dataset=digest...>", "versions, where they are not the newest", [])
    .option("--key <kid>", "signing key, when the home has several")
    .addHelpText("after", "\nExample:\n  parley run propose --room room --query overlap")
    .action(
      perform((options: RoomOptions & ProposeOptions) =>
        inContract(options, async (room, inForce) => {
          const { digest, proposal } = await propose(room, inForce, options)
          const text = `proposal ${digest}\nsequence ${proposal.sequence}; every party now runs \`parley run grant ${digest.slice(0, 12)}\``
          return { json: { proposal: digest, sequence: proposal.sequence }, text }
        }),
      ),
    )
}

function grantCommand(): Command {
  return evidenceOptions(roomOptions(jsonOption(new Command("grant"))))
    .argument("[proposal]", "digest or its first digits; the newest when not given")
    .description(
      "Check the proposal, verify the enclave with a fresh nonce, book the grant in the ledger, and give it out.",
    )
    .option(
      "--hours <n>",
      "how long the grant holds, at most what the contract allows",
      numberOption("--hours", HOURS),
      24,
    )
    .option(
      "--approve",
      "add this key's approval to a grant that a colleague made; everything is checked again, and booked here",
    )
    .option(
      "--of <grant>",
      "with --approve: digest of the grant, or its first digits; the newest that fits when not given",
    )
    .option("--key <kid>", "signing key, when the home has several")
    .addHelpText("after", "\nExample:\n  parley run grant 3f2a9c --room room")
    .action(
      perform(
        (
          proposal: string | undefined,
          options: EvidenceOptions & { hours: number; approve?: boolean; of?: string; key?: string },
        ) => inContract(options, (room, inForce) => grantRun(room, inForce, proposal, options)),
      ),
    )
}

function proposalCommand(
  name: string,
  description: string,
  work: (room: Room, inForce: ContractInForce, run: RunStatus) => Promise<Outcome>,
): Command {
  return roomOptions(jsonOption(new Command(name)))
    .argument("[proposal]", "digest or its first digits; the newest when not given")
    .description(description)
    .addHelpText("after", `\nExample:\n  parley run ${name} 3f2a9c --room room`)
    .action(
      perform((proposal: string | undefined, options: RoomOptions) =>
        inContract(options, async (room, inForce) =>
          work(room, inForce, chosen(await runStatuses(room, inForce), proposal)),
        ),
      ),
    )
}

function waitCommand(): Command {
  return roomOptions(jsonOption(new Command("wait")))
    .argument("[proposal]", "digest or its first digits; the newest when not given")
    .description(
      "Wait until a run has its receipt (exit 0), or its refusal or the host's word that it does not run (exit 10); exit 41 when the time is over.",
    )
    .option("--timeout <seconds>", "how long", numberOption("--timeout", TIMEOUT_SECONDS), 600)
    .addHelpText("after", "\nExample:\n  parley run wait --room room --timeout 60")
    .action(
      perform((proposal: string | undefined, options: RoomOptions & { timeout: number }) => waitFor(proposal, options)),
    )
}

function cancelCommand(): Command {
  return roomOptions(jsonOption(new Command("cancel")))
    .argument("<proposal>", "digest or its first digits")
    .description("Take back a proposal of this party. Parties that see it no longer grant; its sequence is spent.")
    .requiredOption("--reason <text>")
    .option("--key <kid>", "signing key, when the home has several")
    .addHelpText("after", '\nExample:\n  parley run cancel 3f2a9c --room room --reason "wrong month"')
    .action(
      perform((proposal: string, options: RoomOptions & { reason: string; key?: string }) =>
        inContract(options, (room, inForce) => cancel(room, inForce, proposal, options)),
      ),
    )
}

function listCommand(): Command {
  return roomOptions(jsonOption(new Command("list")))
    .description("List the runs of a room.")
    .addHelpText("after", "\nExample:\n  parley run list --room room")
    .action(
      perform((options: RoomOptions) =>
        inContract(options, async (room, inForce) => {
          const statuses = await runStatuses(room, inForce)
          const rows = statuses.map(({ proposal, state, waitingFor }) => [
            String(proposal.payload.sequence),
            proposal.payload.query,
            state,
            proposal.digest.slice(0, 16),
            waitingFor.join(", "),
          ])
          const text =
            rows.length === 0 ? "no runs yet" : table(["sequence", "query", "state", "proposal", "waiting for"], rows)
          return { json: { runs: statuses.map(describe) }, text }
        }),
      ),
    )
}

function inContract<T>(options: RoomOptions, work: (room: Room, inForce: ContractInForce) => Promise<T>): Promise<T> {
  return inRoom(options, async (room) => work(room, await roomContractInForce(room.files)))
}

async function grantRun(
  room: Room,
  inForce: ContractInForce,
  proposal: string | undefined,
  options: EvidenceOptions & { hours: number; approve?: boolean; of?: string; key?: string },
): Promise<Outcome> {
  const run = chosen(await runStatuses(room, inForce), proposal)
  const approving = options.approve === true
  const outcome = await (approving ? approveGrant : grant)(room, inForce, run, {
    ...(options.key === undefined ? {} : { key: options.key }),
    ...(options.of === undefined ? {} : { of: options.of }),
    acceptedRoots: options.acceptSimulatedRoot ?? [],
    hours: options.hours,
    timeoutMs: requireNumber("--timeout", options.timeout, TIMEOUT_SECONDS) * 1000,
  })
  const { simulated } = outcome.session.evidence
  const after = chosen(await runStatuses(room, inForce), run.proposal.digest)
  const again = outcome.again ? ` (the ${approving ? "approval given" : "grant made"} before)` : ""
  const lines = [
    `${approving ? "approved" : "granted"} sequence ${run.proposal.payload.sequence} of ${run.proposal.payload.query}${again}`,
    `${simulated ? "SIMULATED " : ""}enclave verified: ${outcome.session.evidence.checked.length} checks`,
    after.waitingFor.length === 0
      ? "every party has granted; the enclave runs it now"
      : `waiting for: ${after.waitingFor.join(", ")}`,
  ]
  return {
    json: { grant: outcome.digest, proposal: run.proposal.digest, simulated, waitingFor: after.waitingFor },
    text: lines.join("\n"),
  }
}

async function showRun(_room: Room, inForce: ContractInForce, run: RunStatus): Promise<Outcome> {
  const { payload } = run.proposal
  const queries = inForce.contract.queries.filter(({ name }) => name === payload.query)
  const [plan] = await judgeLocally({ ...inForce.contract, queries })
  const policy = plan === undefined ? null : statedPolicy(inForce.contract, plan)
  const lines = [
    `proposal ${run.proposal.digest} by ${payload.proposer}, sequence ${payload.sequence}`,
    `query ${payload.query}: ${queries[0]?.meaning ?? "unknown"}`,
    `parameters ${JSON.stringify(payload.parameters)}`,
    ...payload.manifests.map(({ dataset, manifest }) => `version of ${dataset}: ${manifest}`),
    ...(policy === null ? [] : [policyLine(policy)]),
  ]
  return { json: { ...describe(run), policy, proposal: payload }, text: lines.join("\n") }
}

async function waitFor(proposal: string | undefined, options: RoomOptions & { timeout: number }): Promise<Outcome> {
  const end = Date.now() + options.timeout * 1000
  for (;;) {
    const start = performance.now()
    const outcome = await inContract(options, async (room, inForce) =>
      statusOf(room, inForce, chosen(await runStatuses(room, inForce), proposal)),
    )
    if (outcome.exit !== 41 || Date.now() > end) return outcome
    // Looking means verifying signatures: it takes a fifth of one core at most, which the run has better use for.
    await sleep(Math.max(POLL_MS, 4 * (performance.now() - start)))
  }
}
