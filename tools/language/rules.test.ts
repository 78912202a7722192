import { describe, expect, it } from 'vitest'
import { splitSentences } from './passage.ts'
import { compileRule, readRuleFile } from './rules.ts'
import { findSubjectFaults } from './check-subjects.ts'

const { rules, subjects } = readRuleFile()

describe.each(rules.map((source) => [source.name, source] as const))('the rule %s', (_, source) => {
  const rule = compileRule(source)
  const [kind = 'comment'] = source.where ?? []
  const isFaulty = (example: string): boolean =>
    splitSentences({ kind, start: 0, text: example })
      .take(source.firstSentence === true ? 1 : Infinity)
      .some(({ text }) => rule.isBroken(text))

  it('the language rule has bad and good examples', () => {
    expect(source.bad.length).toBeGreaterThan(0)
    expect(source.good.length).toBeGreaterThan(0)
  })

  it.each(source.bad)('the language rule finds the fault in: %s', (example) => {
    expect(isFaulty(example)).toBe(true)
  })

  it.each(source.good)('the language rule accepts: %s', (example) => {
    expect(isFaulty(example)).toBe(false)
  })
})

it('the names of the language rules are unique', () => {
  expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length)
})

it.each(subjects.bad)('findSubjectFaults refuses the commit subject: %s', (subject) => {
  expect([...findSubjectFaults('0000000', subject, subjects, rules.map(compileRule))]).not.toEqual([])
})

it.each(subjects.good)('findSubjectFaults accepts the commit subject: %s', (subject) => {
  expect([...findSubjectFaults('0000000', subject, subjects, rules.map(compileRule))]).toEqual([])
})

const replacements = [
  'Retries every other change in its own transaction.',
  'Records the database snapshot that a query ran in.',
  'Removes and returns the cached row.',
  'Nothing references the file until the pointer is updated.',
  'Startup failed: reject pending requests.',
  'The request body was truncated.',
  'No route matches GET /v1.',
  'Clients that stop reading are disconnected after this time.',
  'A load needs at most one query; concurrent loads share it.',
  'Location s3://b/x is outside the allowed locations of warehouse "lake". Omit it, or add it with "headgate warehouse update lake --allow".',
]

it.each(replacements)('no language rule refuses the correct sentence: %s', (sentence) => {
  const broken = rules.filter(
    (source) => source.where?.includes('docstring') !== true && compileRule(source).isBroken(sentence),
  )
  expect(broken.map(({ name }) => name)).toEqual([])
})
