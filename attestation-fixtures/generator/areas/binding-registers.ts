import { concat, toHex, utf8 } from "../../../shared/bytes.ts"
import { askSession, SESSION } from "../bases.ts"
import { area, refuse } from "../case.ts"
import { CONTRACT_DIGEST } from "../contract.ts"
import { withRegisters, ZEROS } from "../mutate.ts"
import { ENCRYPTION_JWK, extended, OTHER_JWK, SESSION_DIGEST, SIGNING_JWK, sessionDigest } from "../session.ts"

const OTHER_DIGEST = new Uint8Array(32).fill(0x77)
const [contractRegister, sessionRegister] = [extended(CONTRACT_DIGEST), extended(SESSION_DIGEST)]

const pcr16 = (name: string, title: string, mutation: string, value: Uint8Array | null) =>
  refuse("binding-contract", `pcr16-${name}`, title, mutation, withRegisters({ 16: value }))
const pcr17 = (name: string, title: string, mutation: string, value: Uint8Array | null) =>
  refuse("binding-session", `pcr17-${name}`, title, mutation, withRegisters({ 17: value }))

/** PCR16 and PCR17: which contract and which keys a boot is for. */
export const BINDING_REGISTERS = area("binding", SESSION, [
  pcr16("absent", "A boot without PCR16 serves no contract.", "PCR16 is absent", null),
  pcr16("zero", "A PCR16 that was never extended serves no contract.", "PCR16 is zero", ZEROS),
  pcr16("other", "A boot serves one contract.", "PCR16 is extended with another digest", extended(OTHER_DIGEST)),
  pcr16(
    "twice",
    "PCR16 is extended once.",
    "PCR16 is extended twice with the contract's digest",
    extended(CONTRACT_DIGEST, CONTRACT_DIGEST),
  ),
  pcr16(
    "then-other",
    "Nothing is added to PCR16 later.",
    "PCR16 is extended with the contract's digest and then with another",
    extended(CONTRACT_DIGEST, OTHER_DIGEST),
  ),
  pcr16(
    "not-hashed",
    "A register holds a hash of what it was extended with.",
    "PCR16 is the contract's digest and 16 zeros",
    concat(CONTRACT_DIGEST, new Uint8Array(16)),
  ),
  pcr16(
    "in-hex",
    "What a register is extended with is the digest's bytes.",
    "PCR16 is extended with the digest in hexadecimal",
    extended(utf8(toHex(CONTRACT_DIGEST))),
  ),
  refuse(
    "binding-contract",
    "registers-exchanged",
    "PCR16 is the contract and PCR17 the session.",
    "PCR16 and PCR17 are exchanged",
    withRegisters({ 16: sessionRegister, 17: contractRegister }),
  ),
  refuse(
    "binding-contract",
    "contract-other",
    "A document is bound to the contract that its reader holds.",
    "the reader holds another contract with the same images",
    askSession({ contract: "contracts/other.json" }),
  ),
  pcr17("absent", "A boot without PCR17 has no session.", "PCR17 is absent", null),
  pcr17("zero", "A PCR17 that was never extended has no session.", "PCR17 is zero", ZEROS),
  pcr17("other", "A session is bound to its keys.", "PCR17 is extended with another digest", extended(OTHER_DIGEST)),
  pcr17(
    "twice",
    "PCR17 is extended once.",
    "PCR17 is extended twice with the session's digest",
    extended(SESSION_DIGEST, SESSION_DIGEST),
  ),
  pcr17(
    "contract",
    "PCR17 is not the contract once more.",
    "PCR17 is extended with the contract's digest",
    contractRegister,
  ),
  pcr17(
    "keys-exchanged",
    "Each key of a session has its place.",
    "PCR17 is of both keys, exchanged",
    extended(sessionDigest(CONTRACT_DIGEST, SIGNING_JWK, ENCRYPTION_JWK)),
  ),
  pcr17(
    "other-contract",
    "A session belongs to its contract.",
    "PCR17 is of the same keys under another contract",
    extended(sessionDigest(OTHER_DIGEST, ENCRYPTION_JWK, SIGNING_JWK)),
  ),
  refuse(
    "binding-session",
    "encryption-key-other",
    "A key offered in the middle is noticed.",
    "the encryption key offered is somebody else's",
    askSession({ encryptionKey: OTHER_JWK }),
  ),
  refuse(
    "binding-session",
    "signing-key-other",
    "A signing key offered in the middle is noticed.",
    "the signing key offered is somebody else's",
    askSession({ signingKey: OTHER_JWK }),
  ),
])
