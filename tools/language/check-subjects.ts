import { findBase, findCommit, tryGit } from './git.ts'
import type { Rule, SubjectSource } from './rules.ts'

/** Commit subject that breaks a rule of the language check. */
export interface SubjectFault {
  /** Abbreviated commit id. */
  readonly commit: string
  readonly rule: string
  readonly sentence: string
  readonly reason: string
  readonly instead: string
}

/**
 * Yields the faults of one commit subject: faults of its form, and broken rules for sentences that also apply to
 * subjects.
 */
export function* findSubjectFaults(
  commit: string,
  subject: string,
  form: SubjectSource,
  rules: readonly Rule[],
): Generator<SubjectFault> {
  const fault = (rule: string, reason: string, instead: string): SubjectFault => ({
    commit,
    rule,
    sentence: subject,
    reason,
    instead,
  })
  if (subject.length > form.maxLength)
    yield fault(
      'subject-length',
      `The subject has ${subject.length} characters.`,
      `Use at most ${form.maxLength}.`,
    )
  const module = new RegExp(form.module, 'u').exec(subject)?.[0]
  if (module === undefined) {
    yield fault(
      'subject-module',
      'The subject does not name a module.',
      'Write "module: imperative summary".',
    )
    return
  }
  const summary = subject.slice(module.length)
  if (/[.!…]$/.test(summary))
    yield fault('subject-period', 'The subject ends like a sentence.', 'Remove the period.')
  if (!/^[a-z]/.test(summary) || new RegExp(form.notImperative, 'u').test(summary))
    yield fault(
      'subject-verb',
      'The summary does not begin with an imperative verb.',
      'Begin with a lower-case verb: add, keep, refuse, move.',
    )
  for (const { name, reason, instead, isBroken, appliesTo } of rules)
    if (appliesTo('subject') && isBroken(summary)) yield fault(name, reason, instead)
}

/**
 * Returns the range of commits to check: the commits that are not in the remote or local branch `main`. On `main`
 * itself, these are all commits after the commit `after`, which introduced the check. Returns null if the commit
 * `after` is not in the history.
 */
export function rangeToLand(root: string, { after }: SubjectSource): string | null {
  const base = findBase(root)
  if (base !== null) return `${base}..HEAD`
  if (findCommit(root, after) === null) return null
  return tryGit(root, 'merge-base', '--is-ancestor', after, 'HEAD') === null ? null : `${after}..HEAD`
}

/**
 * Returns the commit subjects in a range, oldest first. Omits merge commits, and commits that are not newer than
 * `after`.
 *
 * @throws Error when git does not know the range
 */
export function readSubjects(
  root: string,
  range: string,
  after: string,
): { commit: string; subject: string }[] {
  const known = findCommit(root, after) === null ? [] : [`^${after}`]
  const log = tryGit(root, 'log', '--no-merges', '--reverse', '--format=%h%x00%s', range, ...known, '--')
  if (log === null) throw new Error(`git does not know the range ${range}.`)
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [commit = '', subject = ''] = line.split('\0')
      return { commit, subject }
    })
}
