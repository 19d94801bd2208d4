import type { CertificateView } from "../certificates.ts"
import { textField } from "../reading.ts"
import type { Subject } from "../subject.ts"
import type { Oddity } from "./index.ts"

const UNDERSTOOD = new Set(["2.5.29.15", "2.5.29.19"])

/** What sets the certificates apart from those that AWS issues. */
export const CHAIN_ODDITIES: Readonly<Record<string, Oddity>> = {
  "other-root": ({ anchors, chain: [root] }) =>
    root === undefined || root.pinned
      ? null
      : `Its first certificate is not ${anchors.map(({ name }) => name).join(" or ")}. A document can bring any root of its own, under which all its signatures verify.`,
  "chain-length": ({ carried, kind }) =>
    carried === 0 || carried === 5 || kind === "unknown"
      ? null
      : `It has ${carried} certificates; genuine documents have 5: root, region, zone, instance, leaf.`,
  "unreadable-certificate": ({ chain }) => which(chain, ({ parsed }) => parsed === null, "cannot be read"),
  "names-do-not-chain": ({ chain }) =>
    which(chain, ({ parsed }, index) => broken(parsed, chain[index - 1]), "name another issuer than the one before"),
  "leaf-name": (subject) => leafName(subject),
  "leaf-is-a-ca": ({ chain }) =>
    constraints(chain.at(-1))?.startsWith("certificate authority") === true && chain.length > 1
      ? "Its last certificate is a certificate authority and should be a leaf."
      : null,
  "not-p384": ({ chain }) =>
    which(chain, ({ parsed }) => parsed !== null && parsed.key !== "P-384", "hold another key than P-384"),
  "other-signature-algorithm": ({ chain }) =>
    which(
      chain,
      ({ parsed }) => parsed !== null && parsed.signatureAlgorithm !== "ecdsa-with-SHA384",
      "are not signed with ecdsa-with-SHA384",
    ),
  "critical-extension": ({ chain }) =>
    which(
      chain,
      ({ parsed }) => parsed?.extensions.some(({ critical, oid }) => critical && !UNDERSTOOD.has(oid)) === true,
      "have a critical extension that this profile does not know",
    ),
}

/** Names the certificates, counted from the root, to which something applies. */
function which(
  chain: readonly CertificateView[],
  applies: (view: CertificateView, index: number) => boolean,
  what: string,
): string | null {
  const odd = chain.flatMap((view, index) => (applies(view, index) ? [index + 1] : []))
  return odd.length === 0 ? null : `Certificates that ${what}: ${odd.join(", ")} of ${chain.length}.`
}

function broken(parsed: CertificateView["parsed"], issuer: CertificateView | undefined): boolean {
  return parsed !== null && issuer?.parsed != null && parsed.issuer !== issuer.parsed.subject
}

function leafName({ chain, reading }: Subject): string | null {
  const id = textField(reading, "module_id")
  const name = chain.length > 1 ? chain.at(-1)?.parsed?.commonName : undefined
  if (
    id === null ||
    name === undefined ||
    (name.startsWith(`${id}.`) && /^\.[a-z0-9-]+\.aws$/.test(name.slice(id.length)))
  ) {
    return null
  }
  return "Its leaf is not named <module_id>.<region>.aws."
}

function constraints(view: CertificateView | undefined): string | undefined {
  return view?.parsed?.extensions.find(({ name }) => name === "basicConstraints")?.says
}
