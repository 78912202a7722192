import type { Evidence } from './attack.ts'
import type { Marks } from './canary.ts'
import type { Watch } from './watch.ts'

/**
 * Returns a sentence for each successful attack in a case: an object outside the attacker's table was read, listed,
 * written or deleted, or a credential was issued to the wrong caller. It evaluates only the responses and the files on
 * disk, and ignores the reasons that the server states for its responses.
 *
 * @returns a sentence for each escape, or an empty list
 */
export function findEscapes(
  evidence: Evidence,
  marks: Marks,
  watch: Pick<Watch, 'changes'>,
  makesTables = false,
): string[] {
  const found = watch.changes(makesTables).map((change) => `on the disk, ${change}`)
  if (evidence.escape !== undefined) found.push(evidence.escape)
  for (const { status, text, contentLength } of evidence.seen) {
    if (text.includes(marks.content)) found.push('a response contained the bytes of a canary')
    if (status < 300 && !isEcho(evidence.what, marks) && isListed(text, marks))
      found.push('the name of a canary was listed')
    if (status < 300 && contentLength === String(marks.size)) found.push('the size of a canary was disclosed')
    if (evidence.mustFail === true && status < 300) found.push(`the request succeeded (${status})`)
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

/** Returns whether a response only repeats names that the attacker sent, as the response to a bulk delete does. */
function isEcho(what: string, { name }: Marks): boolean {
  return what.includes(name)
}
