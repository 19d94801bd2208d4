import { defineConfig } from "vitest/config"

/** The tests that run in one process and judge by outcome: those that can kill a mutant in seconds. */
export default defineConfig({
  test: {
    exclude: ["**/node_modules/**", "**/cold-start.test.ts"],
    include: [
      "test/vectors/library.test.ts",
      "test/unit/{attestation,contract,gate,json,ledger,query,sealed,session,signed,wire}/**/*.test.ts",
    ],
    pool: "forks",
    testTimeout: 60_000,
  },
})
