import { readFileSync } from 'node:fs'
import type { PassageKind } from './passage.ts'

/** A rule as `rules.json` states it. */
export interface RuleSource {
  readonly name: string
  /** Kinds of passages that the rule applies to; by default all except `docstring`. */
  readonly where?: readonly PassageKind[]
  /** True when only the first sentence of a passage is checked. */
  readonly firstSentence?: boolean
  /** Regular expression that matches a faulty sentence, without regard to case unless `matchCase` is true. */
  readonly pattern: string
  readonly matchCase?: boolean
  /** Regular expression for sentences that are correct although `pattern` matches them. */
  readonly unless?: string
  readonly reason: string
  readonly instead: string
  readonly bad: readonly string[]
  readonly good: readonly string[]
}

/** Rules for commit subjects. */
export interface SubjectSource {
  /** Id of the commit before the first checked commit: the check covers only its descendants. */
  readonly after: string
  readonly maxLength: number
  /** Regular expression that matches the module and the colon at the start of a subject. */
  readonly module: string
  /** Regular expression for first words of a summary that are not imperative verbs. */
  readonly notImperative: string
  readonly bad: readonly string[]
  readonly good: readonly string[]
}

/** The content of `rules.json`. */
export interface RuleFile {
  /** Folders and files that are not checked, each with the reason. */
  readonly ignore: readonly { readonly path: string; readonly reason: string }[]
  readonly rules: readonly RuleSource[]
  readonly subjects: SubjectSource
}

/** A compiled rule. */
export interface Rule extends Pick<RuleSource, 'name' | 'reason' | 'instead'> {
  readonly firstSentence: boolean
  appliesTo(kind: PassageKind): boolean
  isBroken(sentence: string): boolean
}

/** Reads `rules.json`. */
export function readRuleFile(): RuleFile {
  return JSON.parse(readFileSync(new URL('rules.json', import.meta.url), 'utf8')) as RuleFile
}

/**
 * Compiles a rule.
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
