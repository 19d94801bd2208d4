import { ParleyError } from "../../../shared/errors/index.ts"

/** What one look at this machine found: the sentence says what is there, `todo` what to do when it does not pass. */
export interface Finding {
  readonly check: string
  readonly passed: boolean
  readonly detail: string
  readonly todo: string | null
}

/** One thing to look at. `look` returns what it found, or throws what is wrong. */
export interface Check {
  readonly name: string
  readonly look: () => Promise<string>
}

/** All checks in their order: one that fails does not hide what the next ones find. */
export async function examine(checks: readonly Check[]): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const { look, name } of checks) findings.push(await examineOne(name, look))
  return findings
}

async function examineOne(check: string, look: Check["look"]): Promise<Finding> {
  try {
    return { check, detail: await look(), passed: true, todo: null }
  } catch (cause) {
    if (cause instanceof ParleyError) return { check, detail: cause.message, passed: false, todo: cause.todo }
    const { todo } = new ParleyError("internal", "")
    return { check, detail: cause instanceof Error ? cause.message : "unknown", passed: false, todo }
  }
}
