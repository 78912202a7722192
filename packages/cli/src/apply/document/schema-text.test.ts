import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { applySchemaText } from './schema-text.ts'

it('docs/reference/apply.schema.json is current (npm run docs)', () => {
  const file = new URL('../../../../../docs/reference/apply.schema.json', import.meta.url)
  expect(applySchemaText()).toBe(readFileSync(file, 'utf8'))
})
