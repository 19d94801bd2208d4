import { sha256 } from "@noble/hashes/sha2.js"
import { type Bytes, fromBase64url, toHex } from "../../shared/bytes.ts"
import type { Contract } from "../../shared/contract/contract.ts"
import { ParleyError } from "../../shared/errors/index.ts"
import { AWS_NITRO_ROOT_G1 } from "./aws-root.ts"

/** The root that a certificate path must start from; pinned, never taken from the evidence. */
export interface TrustAnchor {
  readonly name: string
  /** DER. */
  readonly certificate: Bytes
  /** SHA-256 of the DER, hex. */
  readonly sha256: string
  /** Anything but AWS's root: nothing that it vouches for says anything about a TEE. */
  readonly simulated: boolean
}

export function trustAnchor(name: string, certificate: Uint8Array): TrustAnchor {
  const digest = toHex(sha256(certificate))
  return { certificate: new Uint8Array(certificate), name, sha256: digest, simulated: digest !== awsAnchor().sha256 }
}

/** AWS Nitro Attestation PKI root G1. */
export function awsAnchor(): TrustAnchor {
  const certificate = fromBase64url(AWS_NITRO_ROOT_G1)
  return { certificate, name: "AWS Nitro root G1", sha256: toHex(sha256(certificate)), simulated: false }
}

/** The root that a contract names, whoever accepts it. Throws when the contract calls a root genuine that is not AWS's. */
export function contractAnchor({ evidence }: Contract): TrustAnchor {
  const { certificate, name, sha256: digest, simulated } = evidence.trustAnchor
  const anchor = trustAnchor(name, fromBase64url(certificate))
  if (anchor.simulated === simulated && anchor.sha256 === digest) return anchor
  throw new ParleyError("contract-invalid", "evidence.trustAnchor: digest or SIMULATED flag are not the root's own")
}

/**
 * The root that a contract names. Whoever proposes a contract could name a root of its own, so one that is not AWS's
 * counts only where its SHA-256 was accepted on this machine.
 */
export function anchorOf(contract: Contract, acceptedRoots: readonly string[]): TrustAnchor {
  const anchor = contractAnchor(contract)
  if (anchor.simulated && !acceptedRoots.includes(anchor.sha256)) {
    throw new ParleyError("anchor-not-accepted", `SIMULATED root ${anchor.sha256} is not accepted on this machine`)
  }
  return anchor
}
