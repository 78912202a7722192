import { expect, it } from 'vitest'
import { overwriteCommand, quote } from './commands-for-user.ts'

it('a command in a message quotes only arguments that a shell would change', () => {
  expect(quote('namespace:lake/sales')).toBe('namespace:lake/sales')
  expect(quote(`a b`)).toBe(`'a b'`)
  expect(quote(`it's "$x"`)).toBe(`'it'\\''s "$x"'`)
  expect(quote('')).toBe(`''`)
})

it('overwriteCommand returns a command with the warehouse of the table and quoted names', () => {
  expect(overwriteCommand('lake', { namespace: ['a.b'], name: 't' }, 's3://b/t/metadata/1.json')).toBe(
    `headgate table register 'lake/"a.b".t' s3://b/t/metadata/1.json --overwrite`,
  )
})
