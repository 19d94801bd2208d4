import { awsAnchor, type TrustAnchor } from "../../attestation/anchor.ts"

/** AWS's root, or that of --trust-root. */
export async function anchorOption(path: string | undefined): Promise<TrustAnchor> {
  if (path === undefined) return awsAnchor()
  const { pemAnchor } = await import("../contract/init.ts")
  return pemAnchor(path)
}
