import { isHeadgateError } from '@headgate/errors'
import type { StringMap } from '../../fields.ts'
import type { Clock } from '../clock.ts'
import { IcebergConnectionError } from '../errors/connection-error.ts'
import { CommitFailedError, isRestError } from '../errors/error-classes.ts'

export interface CommitOptions {
  readonly signal?: AbortSignal | undefined
  /** Time limit of one attempt of a request, in ms. Default: `timeoutMs` of the catalog. */
  readonly timeoutMs?: number | undefined
  /**
   * Maximum number of times that the commit is sent again after a conflict. Default: `commit.retry.num-retries` of
   * the table, otherwise 4.
   */
  readonly commitRetries?: number | undefined
}

/** Functions with which `commitLoop` commits to a table, to a view or to several tables. */
export interface CommitTarget<Base, Commit, Result> {
  readonly clock: Clock
  /** Properties of the table or view. They can set the number of retries and the pauses (`commit.retry.*`). */
  readonly properties: StringMap
  readonly send: (commit: Commit) => Promise<Result>
  /** Loads the current state of the table, view or tables. */
  readonly reload: () => Promise<Base>
  /**
   * Returns the commit that applies the changes of the caller to the current state.
   *
   * @throws {HeadgateError} commit-failed, when the commit is not possible in this state
   */
  readonly rebase: (base: Base) => Commit
  /** Returns whether a commit contains a value that no other commit can write, such as a new snapshot id. */
  readonly isUnique: (commit: Commit) => boolean
  /** Returns the result of a commit that is visible in the current state, or undefined if it is not visible. */
  readonly findResult: (commit: Commit, base: Base) => Result | undefined
}

/**
 * Sends a commit until it succeeds or cannot succeed.
 *
 * After a conflict (409), loads the current state. If the commit is unique and visible in this state, the commit has
 * already succeeded. Otherwise sends the commit again, based on the current state. After an unknown outcome, checks
 * several times whether the commit is visible. If the commit is not visible, throws the error with `outcomeUnknown`,
 * because the server may still execute the request. Callers must then keep the files that the commit refers to.
 */
export async function commitLoop<Base, Commit, Result>(
  first: Commit,
  target: CommitTarget<Base, Commit, Result>,
  { signal, commitRetries }: CommitOptions,
): Promise<Result> {
  const { clock, properties } = target
  const limit = commitRetries ?? numberProperty(properties, 'commit.retry.num-retries', 4, 100)
  const until =
    clock.now() + numberProperty(properties, 'commit.retry.total-timeout-ms', 1_800_000, 86_400_000)
  const longest = numberProperty(properties, 'commit.retry.max-wait-ms', 60_000, 3_600_000)
  let pause = numberProperty(properties, 'commit.retry.min-wait-ms', 100, longest)
  let commit = first
  for (let tries = 1; ; tries++) {
    try {
      return await target.send(commit)
    } catch (error) {
      signal?.throwIfAborted()
      if (outcomeUnknown(error)) return await findLostCommit(commit, target, error, signal)
      const unique = target.isUnique(commit)
      const mayRetry = tries <= limit && clock.now() + pause <= until
      if (!isConflict(error) || !(mayRetry || unique)) throw error
      if (mayRetry) await clock.sleep(Math.ceil(pause * (0.5 + clock.random() / 2)), signal)
      pause = Math.min(pause * 2, longest)
      const base = await target
        .reload()
        .catch((failure: unknown) => Promise.reject(mayRetry ? failure : error))
      // A proxy may have sent the request twice. The second request then fails with a conflict, because the first
      // request has succeeded.
      const result = unique ? target.findResult(commit, base) : undefined
      if (result !== undefined) return result
      if (!mayRetry) throw error
      commit = rebaseCommit(target, base, error)
    }
  }
}

/**
 * Returns the commit for the current state. If the commit is not possible in this state, throws the conflict error of
 * the server.
 */
function rebaseCommit<Base, Commit, Result>(
  { rebase }: CommitTarget<Base, Commit, Result>,
  base: Base,
  conflict: unknown,
): Commit {
  try {
    return rebase(base)
  } catch (error) {
    throw isHeadgateError(error, 'commit-failed') ? conflict : error
  }
}

/**
 * Waits until a commit with an unknown outcome becomes visible, and returns its result. Throws the error of the
 * commit if it does not become visible.
 */
async function findLostCommit<Base, Commit, Result>(
  commit: Commit,
  { clock, properties, reload, findResult }: CommitTarget<Base, Commit, Result>,
  commitError: unknown,
  signal: AbortSignal | undefined,
): Promise<Result> {
  const checks = numberProperty(properties, 'commit.status-check.num-retries', 3, 20)
  const longest = numberProperty(properties, 'commit.status-check.max-wait-ms', 60_000, 3_600_000)
  let pause = numberProperty(properties, 'commit.status-check.min-wait-ms', 1_000, longest)
  for (let count = 0; count < checks; count++) {
    if (count > 0) {
      await clock.sleep(pause, signal)
      pause = Math.min(pause * 2, longest)
    }
    const base = await reload().catch(() => undefined)
    signal?.throwIfAborted()
    const result = base === undefined ? undefined : findResult(commit, base)
    if (result !== undefined) return result
  }
  throw commitError
}

const outcomeUnknown = (error: unknown): boolean =>
  (isRestError(error) || error instanceof IcebergConnectionError) && error.outcomeUnknown

const isConflict = (error: unknown): boolean => error instanceof CommitFailedError

/** Returns the number in a property, but at most `max`. Returns the default if the property is missing or invalid. */
function numberProperty(properties: StringMap, name: string, byDefault: number, max: number): number {
  const text = properties[name] ?? ''
  return Math.min(/^\d{1,15}$/.test(text) ? Number(text) : byDefault, max)
}
