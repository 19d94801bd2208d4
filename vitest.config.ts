import { defineConfig } from "vitest/config"

/** `.ci/run` names a file for the counts; a person reads the terminal. */
const report = process.env.PARLEY_TEST_REPORT
const reporters = report === undefined ? ["default"] : ["default", "json"]

export default defineConfig({
  test: {
    exclude: ["**/node_modules/**"],
    hookTimeout: 300_000,
    include: ["test/**/*.test.ts"],
    maxWorkers: 2,
    pool: "forks",
    reporters,
    testTimeout: 300_000,
    ...(report === undefined ? {} : { outputFile: { json: report } }),
  },
})
