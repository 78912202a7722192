import { readFileSync } from 'node:fs'
import type { PassageKind } from './passage.ts'

/** Rule of the language check, as `rules.json` contains it. */
export interface RuleSource {
  readonly name: string
  /** Kinds of passages to which the rule applies. Default: all except `docstring`. */
  readonly where?: readonly PassageKind[]
  /** Whether only the first sentence of a passage is checked. */
  readonly firstSentence?: boolean
  /** Regular expression that matches faulty sentences. Ignores case unless `matchCase` is true. */
  readonly pattern: string
  readonly matchCase?: boolean
  /** Regular expression for correct sentences that `pattern` also matches. */
  readonly unless?: string
  readonly reason: string
  readonly instead: string
  readonly bad: readonly string[]
  readonly good: readonly string[]
}

/** Rules of the language check for commit subjects. */
export interface SubjectSource {
  /** Id of the commit after which the check of subjects begins. Only its descendants are checked. */
  readonly after: string
  readonly maxLength: number
  /** Regular expression for the start of a subject: the module and the colon. */
  readonly module: string
  /** Regular expression for words that a summary must not begin with, because they are not imperative verbs. */
  readonly notImperative: string
  readonly bad: readonly string[]
  readonly good: readonly string[]
}

/** Content of the file `rules.json`. */
export interface RuleFile {
  /** Paths of folders and files that are not checked, each with the reason. */
  readonly ignore: readonly { readonly path: string; readonly reason: string }[]
  readonly rules: readonly RuleSource[]
  readonly subjects: SubjectSource
}

/** Rule with compiled regular expressions. */
export interface Rule extends Pick<RuleSource, 'name' | 'reason' | 'instead'> {
  readonly firstSentence: boolean
  appliesTo(kind: PassageKind): boolean
  isBroken(sentence: string): boolean
}

/** Reads the file `rules.json`. */
export function readRuleFile(): RuleFile {
  return JSON.parse(readFileSync(new URL('rules.json', import.meta.url), 'utf8')) as RuleFile
}

/**
 * Compiles the regular expressions of a rule.
 *
 * @throws SyntaxError when one of its regular expressions is invalid
 */
export function compileRule(source: RuleSource): Rule {
  const { name, reason, instead, where, firstSentence = false } = source
  const pattern = new RegExp(source.pattern, source.matchCase === true ? 'u' : 'iu')
  const unless = source.unless === undefined ? null : new RegExp(source.unless, 'u')
  return {
    name,
    reason,
    instead,
    firstSentence,
    appliesTo: (kind) => (where === undefined ? kind !== 'docstring' : where.includes(kind)),
    isBroken: (sentence) => pattern.test(sentence) && !(unless?.test(sentence) ?? false),
  }
}
