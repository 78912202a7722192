import type { Json, JsonObject } from '@headgate/json'
import { Random } from '../../attack/random.ts'
import { commit, create } from '../headgate-model.ts'
import { commitTime, type Sequence } from '../sequence.ts'
import { randomCreation, stagedUpdates } from './creations.ts'
import { damaged } from './damage.ts'
import { randomTableUpdates } from './table-updates.ts'
import { randomViewUpdates, viewCreation } from './views.ts'

const MOST_COMMITS = 6

/** Generates a sequence of inputs for the two models. The same seed and number always generate the same sequence. */
export function randomSequence(seed: number, number: number): Sequence {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  return random.chance(0.2) ? viewSequence(random) : tableSequence(random)
}

function tableSequence(random: Random): Sequence {
  const request = randomCreation(random)
  const made = create(request)
  if (made.verdict !== 'accepted') return { kind: 'table', create: request, commits: [], documents: [] }
  const staged = random.chance(0.3)
  const first = staged ? [stagedUpdates(random, made.document)] : []
  return extended(random, 'table', request, first, staged ? null : made.document)
}

function viewSequence(random: Random): Sequence {
  const updates = viewCreation(random)
  return extended(random, 'view', null, [random.chance(0.1) ? damagedLast(random, updates) : updates], null)
}

const damagedLast = (random: Random, updates: readonly Json[]): readonly Json[] => {
  const at = random.int(updates.length)
  return updates.with(at, damaged(random, updates[at] ?? null))
}

/**
 * Adds commits and documents to a sequence: commits that fit the table or view after each step, and damaged copies of
 * its last metadata document.
 */
function extended(
  random: Random,
  kind: Sequence['kind'],
  request: JsonObject | null,
  first: readonly (readonly Json[])[],
  start: JsonObject | null,
): Sequence {
  let state = start
  const commits = first.slice()
  for (const [index, updates] of first.entries()) {
    const made = commit(kind, state, updates, index)
    if (made.verdict === 'accepted') state = made.document
  }
  if (state === null) return { kind, create: request, commits, documents: [] }
  for (let more = random.int(MOST_COMMITS); more > 0; more--) {
    const index = commits.length
    const updates: readonly Json[] =
      kind === 'view'
        ? randomViewUpdates(random, state, commitTime(index))
        : randomTableUpdates(random, state, commitTime(index))
    commits.push(updates)
    const made = commit(kind, state, updates, index)
    if (made.verdict === 'accepted') state = made.document
  }
  const last = state
  const documents = Array.from({ length: random.int(4) }, () => damaged(random, last))
  // The sequence contains both the createTable request and the commit of the staged table, because the run compares the
  // results of both.
  return { kind, create: request, commits, documents }
}
