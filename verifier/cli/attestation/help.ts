export const VERIFY_HELP = `
A whole policy file. "pcrs" lists the values that pass; 0, 1 and 2 are needed, others may follow. What is not checked is
spelled out with a reason, as maxAgeSeconds is here. A nonce can also come with --nonce; the file's is then unchecked.

  {
    "format": "aws-nitro",
    "pcrs": {
      "0": ["<96 hex digits>", "<of a second image that is allowed too>"],
      "1": ["<96 hex digits>"],
      "2": ["<96 hex digits>"]
    },
    "nonce": "<hex of the 32 bytes that you sent>",
    "maxAgeSeconds": {"unchecked": "kept since last year"},
    "debug": "reject"
  }

"format": "aws-nitrotpm" judges an EC2 instance with a NitroTPM instead, and pins PCR4 and PCR7.
\`parley image measure FILE --policy POLICY\` writes one from an enclave image file, of Parley's or not, and with --simulated
for the simulator's image.

--at is the time at which the certificates are judged: now for a document that you have just asked for, its own
timestamp for one that was kept (\`parley attestation explain\` shows it).

Exit: 0 accepted, 10 rejected, 20 unsupported, 30 malformed document or policy, 64 usage, 74 input/output
Example:
  parley attestation verify --document doc.bin --at 2026-11-24T12:00:00Z --policy policy.json`

export const EXPLAIN_HELP = `
Somebody handed you an attestation document: this shows what it says, who says so, what sets it apart from others, and
what nobody has checked. It explains and never accepts; \`parley attestation verify\` judges, against a policy.

Certificates are judged at --at, and without it at the document's own timestamp. This machine's clock is not asked.
Damaged files are shown as far as they can be read.

Exit: 0 explained (which is not accepted), 30 malformed, 64 usage, 74 input/output
Examples:
  parley attestation explain doc.bin
  parley attestation explain doc.base64 --at 2026-11-24T12:00:00Z
  parley attestation explain doc.bin --trust-root op/root/root.pem      a document of the simulator`
