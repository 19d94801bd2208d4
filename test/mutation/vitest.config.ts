import { defineConfig } from "vitest/config"

/** The tests that run in one process and judge by outcome: those that can kill a mutant in seconds. */
export default defineConfig({
  test: {
    exclude: ["**/node_modules/**", "**/{back-ends,cold-start,oracle}.test.ts"],
    include: ["test/mutation/vectors.ts", "test/unit/{attestation,session}/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
  },
})
