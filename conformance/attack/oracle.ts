import type { Evidence } from './attack.ts'
import type { Marks } from './canary.ts'
import type { Watch } from './watch.ts'

/**
 * What of a case is an escape: an object beyond the attacker's own table was read, listed, written or deleted, or somebody
 * was given what is not theirs. It looks at answers and at the disk, never at why the server decided so.
 *
 * @returns a sentence for each; none when all is well
 */
export function escapesOf(
  evidence: Evidence,
  marks: Marks,
  watch: Pick<Watch, 'changes'>,
  makesTables = false,
): string[] {
  const found = watch.changes(makesTables).map((change) => `on the disk, ${change}`)
  if (evidence.escape !== undefined) found.push(evidence.escape)
  for (const { status, text, contentLength } of evidence.seen) {
    if (text.includes(marks.content)) found.push('the bytes of a canary were answered')
    if (status < 300 && !isEchoOf(evidence.what, marks) && isListed(text, marks))
      found.push('the name of a canary was listed')
    if (status < 300 && contentLength === String(marks.size)) found.push('the size of a canary was told')
    if (evidence.mustFail === true && status < 300) found.push(`it succeeded (${status})`)
  }
  return found
}

function isListed(text: string, { name, ownKeys }: Marks): boolean {
  const keys = text.split('<Key>').slice(1)
  return keys.some((piece) => {
    const key = piece.slice(0, piece.indexOf('<'))
    return key.includes(name) && !key.startsWith(ownKeys)
  })
}

/** Names that the attacker has sent may come back, as in the answer to a bulk delete. */
function isEchoOf(what: string, { name }: Marks): boolean {
  return what.includes(name)
}
