import type { Answer } from '../../connection/answer.ts'
import type { AnswerText } from '../../output/output.ts'

/** Members of a `LoadTableResult` that may contain storage keys and tokens. */
const secretMembers = new Set(['config', 'storage-credentials', 'remote-signing-config'])

/** Returns the load result of a table for output: without storage access, which servers may vend unasked. */
export function withoutCredentials(answer: Answer): AnswerText {
  const { json } = answer
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return answer
  const members = Object.entries(json)
  const kept = members.filter(([name]) => !secretMembers.has(name))
  return kept.length === members.length ? answer : { json: Object.fromEntries(kept) }
}
