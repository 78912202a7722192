import type { Sequence } from './sequence.ts'

/** Maximum number of smaller sequences that are tried to minimize one sequence. */
const MOST = 60

/**
 * Minimizes a sequence that shows a difference: removes documents, commits and updates as long as the difference
 * remains.
 *
 * @param fails returns whether a sequence still shows the difference
 */
export async function shrink(
  sequence: Sequence,
  fails: (smaller: Sequence) => Promise<boolean>,
): Promise<Sequence> {
  let smallest = sequence
  let tries = 0
  for (let progress = true; progress && tries < MOST;) {
    progress = false
    for (const smaller of smallerForms(smallest)) {
      tries += 1
      if (tries > MOST) break
      if (!(await fails(smaller))) continue
      smallest = smaller
      progress = true
      break
    }
  }
  return smallest
}

function* smallerForms(sequence: Sequence): Generator<Sequence> {
  const { commits, documents } = sequence
  for (const at of documents.keys()) yield { ...sequence, documents: documents.toSpliced(at, 1) }
  for (let at = commits.length - 1; at >= 0; at--) yield { ...sequence, commits: commits.toSpliced(at, 1) }
  for (const [at, updates] of commits.entries())
    for (const index of updates.keys())
      yield { ...sequence, commits: commits.with(at, updates.toSpliced(index, 1)) }
}
