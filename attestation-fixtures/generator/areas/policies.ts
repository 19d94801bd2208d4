import { toHex } from "../../../shared/bytes.ts"
import { ask, askPolicy, POLICY, PRODUCTION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { register } from "../document.ts"
import type { Json } from "../json.ts"
import { ZEROS } from "../mutate.ts"

const OTHER = register(0x99)
const [pcr0, pcr1, pcr2] = [0x10, 0x11, 0x12].map((byte) => [toHex(register(byte))])
const PCRS = { 0: pcr0 ?? [], 1: pcr1 ?? [], 2: pcr2 ?? [] } as const
const ZERO_HEX = toHex(ZEROS)

const invalid = (name: string, title: string, mutation: string, over: { readonly [key: string]: Json }) =>
  refuse("policy-invalid", name, title, mutation, askPolicy(over))
const without = (key: keyof typeof POLICY): Json =>
  Object.fromEntries(Object.entries(POLICY).filter(([name]) => name !== key))

/** Policies that would accept anything, or that do not say what they want. */
export const POLICIES = area("policy", PRODUCTION, [
  ...[0, 1, 2].flatMap((index) => [
    invalid(`zeros-${index}`, "A policy does not pin the zeros of debug mode.", `the policy's PCR${index} is zeros`, {
      pcrs: { ...PCRS, [index]: [ZERO_HEX] },
    }),
    invalid(`without-${index}`, "PCR0, 1 and 2 are all pinned.", `the policy has no PCR${index}`, {
      pcrs: Object.fromEntries(Object.entries(PCRS).filter(([key]) => key !== String(index))),
    }),
    invalid(`empty-list-${index}`, "An empty list pins nothing.", `the policy's PCR${index} is an empty list`, {
      pcrs: { ...PCRS, [index]: [] },
    }),
  ]),
  invalid(
    "zeros-among-others",
    "Zeros are refused also beside a good value.",
    "the policy's PCR0 has zeros as its second value",
    { pcrs: { ...PCRS, 0: [...PCRS[0], ZERO_HEX] } },
  ),
  invalid("zeros-8", "Zeros are refused in every register.", "the policy pins PCR8 to zeros", {
    pcrs: { ...PCRS, 8: [ZERO_HEX] },
  }),
  invalid("pcr8-alone", "A signer alone is no image.", "the policy pins PCR8 and nothing else", {
    pcrs: { 8: [toHex(OTHER)] },
  }),
  invalid("no-registers", "A policy without registers accepts anything.", "the policy's pcrs is empty", { pcrs: {} }),
  invalid("capitals", "Measurements are lowercase hex.", "the policy's PCR0 is in capitals", {
    pcrs: { ...PCRS, 0: ["AB".repeat(48)] },
  }),
  invalid("sha256-length", "Measurements are SHA-384.", "the policy's PCR0 has 32 bytes", {
    pcrs: { ...PCRS, 0: ["10".repeat(32)] },
  }),
  invalid("not-hex", "Measurements are hex.", "the policy's PCR0 is base64", {
    pcrs: { ...PCRS, 0: ["EBAQ".repeat(16)] },
  }),
  invalid("not-a-list", "Measurements are lists.", "the policy's PCR0 is a text", {
    pcrs: { ...PCRS, 0: toHex(register(0x10)) },
  }),
  invalid("index-32", "There is no PCR32.", "the policy pins PCR32", { pcrs: { ...PCRS, 32: [toHex(OTHER)] } }),
  invalid("index-leading-zero", "A register has one name.", 'the policy names PCR3 "03"', {
    pcrs: { ...PCRS, "03": [toHex(OTHER)] },
  }),
  invalid("unknown-key", "A key that nobody knows is not passed over.", "the policy has a key pcr8", {
    pcr8: toHex(OTHER),
  }),
  invalid("debug-accept", "No policy accepts debug mode.", "the policy's debug is accept", { debug: "accept" }),
  invalid("format-unknown", "A policy's format is known.", "the policy's format is tdx", { format: "tdx" }),
  invalid("nonce-empty", "A nonce is not empty.", "the policy's nonce is an empty text", { nonce: "" }),
  invalid("nonce-null", "A nonce is not left out silently.", "the policy's nonce is null", { nonce: null }),
  invalid(
    "nonce-without-reason",
    "Leaving a check out takes a reason.",
    "the policy's nonce is unchecked without a reason",
    { nonce: { unchecked: "" } },
  ),
  invalid("age-zero", "Nothing is zero seconds old.", "the policy's maxAgeSeconds is 0", { maxAgeSeconds: 0 }),
  invalid("age-negative", "An age is not negative.", "the policy's maxAgeSeconds is -300", { maxAgeSeconds: -300 }),
  invalid("age-text", "An age is a number.", "the policy's maxAgeSeconds is a text", { maxAgeSeconds: "300" }),
  ...(["format", "pcrs", "nonce", "maxAgeSeconds", "debug"] as const).map((key) =>
    refuse(
      "policy-invalid",
      `missing-${key.toLowerCase()}`,
      "A policy says everything; nothing has a default.",
      `the policy has no ${key}`,
      ask({ policy: without(key) }),
    ),
  ),
])
