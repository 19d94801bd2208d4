// Put into shared/, this file must fail the lint: test/arch/lint.test.ts counts the complaints.
import { readFileSync } from "node:fs"
import { judgeContract } from "../enclave/engine/judge.ts"

export const now = Date.now()
export const today = new Date()
export const chance = Math.random()
export const bytes = crypto.getRandomValues(new Uint8Array(1))
export const home = process.env.HOME
export const file = readFileSync("/etc/hostname")
export const answer = fetch("https://example.org")
export const judge = judgeContract
