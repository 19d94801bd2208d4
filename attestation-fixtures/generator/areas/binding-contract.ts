import { askSession, SESSION, TPM } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { register } from "../document.ts"
import { withRegisters, ZEROS } from "../mutate.ts"

/** Images of a contract count as a whole; its root counts only where it was accepted. */
export const BINDING_CONTRACT = area("binding", SESSION, [
  refuse(
    "measurement-mismatch",
    "image-mixed-application",
    "The kernel of one image and the application of another is neither.",
    "PCR2 is of the contract's second image",
    withRegisters({ 2: register(0x32) }),
  ),
  refuse(
    "measurement-mismatch",
    "image-mixed-kernel",
    "The application of one image and the kernel of another is neither.",
    "PCR1 is of the contract's second image",
    withRegisters({ 1: register(0x31) }),
  ),
  refuse(
    "measurement-mismatch",
    "image-other",
    "An image that the contract does not name is not allowed.",
    "PCR0 is of no image of the contract",
    withRegisters({ 0: register(0x99) }),
  ),
  refuse(
    "debug-mode",
    "debug",
    "No contract allows debug mode.",
    "PCR0, PCR1 and PCR2 are zero",
    withRegisters({ 0: ZEROS, 1: ZEROS, 2: ZEROS }),
  ),
  refuse(
    "nitrotpm-unsupported",
    "nitrotpm",
    "No session is a NitroTPM's.",
    "the document is a NitroTPM's",
    TPM.document,
  ),
  refuse(
    "anchor-not-accepted",
    "root-not-accepted",
    "A contract's root counts only where it was accepted.",
    "this machine accepts no root but AWS's",
    askSession({ acceptedRoots: [] }),
  ),
  refuse(
    "anchor-not-accepted",
    "root-other-accepted",
    "Accepting one root accepts no other.",
    "this machine accepts another simulated root",
    askSession({ acceptedRoots: ["77".repeat(32)] }),
  ),
  refuse(
    "contract-invalid",
    "anchor-wrong-digest",
    "A contract's root carries its own digest.",
    "the contract gives its root another digest",
    askSession({ contract: "contracts/anchor-wrong-digest.json" }),
  ),
  refuse(
    "contract-invalid",
    "anchor-called-genuine",
    "A root that is not AWS's is called simulated.",
    "the contract calls its root genuine",
    askSession({ contract: "contracts/anchor-called-genuine.json" }),
  ),
])
