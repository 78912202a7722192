import { expect, it } from 'vitest'
import { findSubjectFaults } from './check-subjects.ts'
import { compileRule, readRuleFile } from './rules.ts'

const { rules: sources, subjects } = readRuleFile()
const rules = sources.map(compileRule)
const faults = (subject: string): string[] =>
  [...findSubjectFaults('0000000', subject, subjects, rules)].map(({ rule }) => rule)

it.each([
  ['Leave a database server that only reads', ['subject-module']],
  ['store: drop read-only connections and answer 503', []],
  ['store: drop read-only connections.', ['subject-period']],
  ['store: drops read-only connections', ['subject-verb']],
  ['store: dropped read-only connections', ['subject-verb']],
  ['store: dropping read-only connections', ['subject-verb']],
  ['store: Drop read-only connections', ['subject-verb']],
  ['store: the connection', ['subject-verb']],
  [`store: drop ${'x'.repeat(61)}`, ['subject-length']],
  [`store: drop ${'x'.repeat(60)}`, []],
])('%s', (subject, expected) => {
  expect(faults(subject)).toEqual(expected)
})
