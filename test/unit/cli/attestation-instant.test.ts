import { describe, expect, it } from "vitest"
import { parseInstant } from "../../../verifier/cli/attestation/instant.ts"
import { expectCode } from "../../support/rejects.ts"

const TAKEN = {
  "0000-01-01T00:00:00Z": "0000-01-01T00:00:00.000Z",
  "2026-11-24T12:00Z": "2026-11-24T12:00:00.000Z",
  "2026-11-24T12:00:00.123456789+02:00": "2026-11-24T10:00:00.123Z",
  "2026-12-31T23:59:59-00:01": "2027-01-01T00:00:59.000Z",
  "2028-02-29T00:00:00+14:00": "2028-02-28T10:00:00.000Z",
}

const REFUSED = [
  ...["2026-02-29T00:00:00Z", "2026-02-30T12:00:00+01:00", "2026-04-31T00:00Z", "2026-11-24T24:00:00Z"],
  ...["2026-13-01T00:00:00Z", "2026-11-00T00:00:00Z", "2026-11-24T12:60:00Z", "2026-11-24T12:00:60Z"],
  ...["2026-11-24T12:00:00+24:00", "2026-11-24T12:00:00+01:60", "2026-11-24T12:00:00", "2026-11-24", ""],
]

describe("--at", () => {
  for (const [text, instant] of Object.entries(TAKEN)) {
    it(`takes ${text}`, () => expect(parseInstant(text).toISOString()).toBe(instant))
  }
  for (const text of REFUSED) {
    it(`refuses ${JSON.stringify(text)} and lets nothing roll over`, () =>
      expectCode("usage", () => parseInstant(text)))
  }
})
