import { expect, test } from 'vitest'
import { append, apply, commit, newTable, refusal, setRef } from '../test/metadata/tables.ts'
import { checkNewName } from './new-name.ts'

test.each([
  '\u061c',
  '\u200b',
  '\u200e',
  '\u200f',
  '\u202a',
  '\u202e',
  '\u2060',
  '\u2066',
  '\u2069',
  '\ufeff',
])('a new object cannot have a name with the invisible character %j', (character) => {
  const code = `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
  const message = refusal(() => checkNewName(`pay${character}ments`, 'name of a table or view'))
  expect(message).toBe(
    `bad-request: Invalid name of a table or view: "pay<${code}>ments" contains ${code}, which is invisible or changes the direction of text. Remove it.`,
  )
  expect(message).not.toContain(character)
})

test.each(['نامه\u200cای', 'क्\u200dष', 'שלום', 'é', 'a b', '日本'])(
  'a new object can have the name %j',
  (name) => {
    expect(checkNewName(name, 'name')).toBe(name)
  },
)

test('a new branch or tag with an invisible character is refused, and an existing branch or tag can be changed and removed', () => {
  const table = commit(newTable(), ...append(1, 1), ...append(2, 2))
  expect(refusal(() => apply(table, setRef('ma\u200bin', 1)))).toContain(
    'Invalid name of a branch or tag: "ma<U+200B>in" contains U+200B',
  )
  const older = {
    ...table,
    refs: { ...table.refs, 'a\u202eb': { 'snapshot-id': 1, type: 'branch' } as const },
  }
  expect(commit(older, setRef('a\u202eb', 2)).refs['a\u202eb']?.['snapshot-id']).toBe(2)
  expect(commit(older, { action: 'remove-snapshot-ref', 'ref-name': 'a\u202eb' }).refs).not.toHaveProperty(
    'a\u202eb',
  )
})
