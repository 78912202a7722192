import { isHeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import type { Clock } from '../clock.ts'
import { IcebergConnectionError } from '../errors/connection-error.ts'
import { CommitFailedError, isRestError } from '../errors/error-classes.ts'

export interface CommitOptions {
  readonly signal?: AbortSignal | undefined
  /** For one attempt of a request, in ms. */
  readonly timeoutMs?: number | undefined
  /** Commits after the first one, when others were faster. Default: the table's `commit.retry.num-retries`, else 4. */
  readonly commitRetries?: number | undefined
}

/** How something is committed to. */
export interface Committing<Base, Commit, Result> {
  readonly clock: Clock
  /** Of what is committed to: they say how often to try. */
  readonly properties: StringMap
  readonly send: (commit: Commit) => Promise<Result>
  readonly reload: () => Promise<Base>
  /** The commit for what others have made of it. @throws {HeadgateError} commit-failed when there is none */
  readonly rebase: (base: Base) => Commit
  /** Whether a commit has what nobody else could have written, so that it is known again. */
  readonly marked: (commit: Commit) => boolean
  /** What the commit came to, if it can be seen in what there is now. */
  readonly landed: (commit: Commit, base: Base) => Result | undefined
}

/**
 * Commits, until it is done or certain that it cannot be.
 *
 * A conflict (409) is answered by looking at what there is now. A commit that can be known again may be among it: then it
 * is done. Otherwise it is made anew for that. Where the outcome is unknown, it looks for its own marks; when there are
 * none, the error says `outcomeUnknown`, because the request may still be under way: files that the commit refers to must
 * stay.
 */
export async function commitLoop<Base, Commit, Result>(
  first: Commit,
  committing: Committing<Base, Commit, Result>,
  { signal, commitRetries }: CommitOptions,
): Promise<Result> {
  const { clock, properties } = committing
  const limit = commitRetries ?? number(properties, 'commit.retry.num-retries', 4, 100)
  const until = clock.now() + number(properties, 'commit.retry.total-timeout-ms', 1_800_000, 86_400_000)
  const longest = number(properties, 'commit.retry.max-wait-ms', 60_000, 3_600_000)
  let pause = number(properties, 'commit.retry.min-wait-ms', 100, longest)
  let commit = first
  for (let tries = 1; ; tries++) {
    try {
      return await committing.send(commit)
    } catch (error) {
      signal?.throwIfAborted()
      if (outcomeUnknown(error)) return await reconcile(commit, committing, error, signal)
      const marked = committing.marked(commit)
      const again = tries <= limit && clock.now() + pause <= until
      if (!isConflict(error) || !(again || marked)) throw error
      if (again) await clock.sleep(Math.ceil(pause * (0.5 + clock.random() / 2)), signal)
      pause = Math.min(pause * 2, longest)
      const base = await committing
        .reload()
        .catch((failure: unknown) => Promise.reject(again ? failure : error))
      // Whoever is in between may have sent it twice: then the conflict is with itself.
      const landed = marked ? committing.landed(commit, base) : undefined
      if (landed !== undefined) return landed
      if (!again) throw error
      commit = rebased(committing, base, error)
    }
  }
}

function rebased<Base, Commit, Result>(
  { rebase }: Committing<Base, Commit, Result>,
  base: Base,
  conflict: unknown,
): Commit {
  try {
    return rebase(base)
  } catch (error) {
    throw isHeadgateError(error, 'commit-failed') ? conflict : error
  }
}

/** Looks whether a commit was made whose answer was lost. */
async function reconcile<Base, Commit, Result>(
  commit: Commit,
  { clock, properties, reload, landed }: Committing<Base, Commit, Result>,
  unknown: unknown,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const looks = number(properties, 'commit.status-check.num-retries', 3, 20)
  const longest = number(properties, 'commit.status-check.max-wait-ms', 60_000, 3_600_000)
  let pause = number(properties, 'commit.status-check.min-wait-ms', 1_000, longest)
  for (let count = 0; count < looks; count++) {
    if (count > 0) {
      await clock.sleep(pause, signal)
      pause = Math.min(pause * 2, longest)
    }
    const base = await reload().catch(() => undefined)
    signal?.throwIfAborted()
    const result = base === undefined ? undefined : landed(commit, base)
    if (result !== undefined) return result
  }
  throw unknown
}

const outcomeUnknown = (error: unknown): boolean =>
  (isRestError(error) || error instanceof IcebergConnectionError) && error.outcomeUnknown

const isConflict = (error: unknown): boolean => error instanceof CommitFailedError

/** A property that is a number, within what is reasonable; the default for anything else. */
function number(properties: StringMap, name: string, otherwise: number, most: number): number {
  const text = properties[name] ?? ''
  return Math.min(/^\d{1,15}$/.test(text) ? Number(text) : otherwise, most)
}
