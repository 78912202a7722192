import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import * as model from '../model/index.ts'
import { withoutFile } from './groups.ts'
import { sampleOf, without } from './sample.test-support.ts'
import { readSpecification } from './specification.ts'
import { wireFiles } from './write-wire.ts'

const folder = join(import.meta.dirname, '../model/wire')
const specification = await readSpecification()
const schemas = Object.entries(specification.components.schemas).filter(([name]) => !withoutFile.has(name))
const decoder = (name: string): model.Decoder<unknown> =>
  Reflect.get(model, `decode${name}`) as model.Decoder<unknown>

test('the types are those of the pinned document: `npm run lance:model` writes them anew', async () => {
  const files = await wireFiles(specification)
  expect(readdirSync(folder).toSorted()).toEqual([...files.keys()].toSorted())
  for (const [name, text] of files) expect(readFileSync(join(folder, name), 'utf8'), name).toBe(text)
})

test('every schema of the pinned document has its reader in the package, which takes what is required alone', () => {
  expect(schemas).toHaveLength(149)
  for (const [name, schema] of schemas) {
    const sample = sampleOf(specification, schema)
    expect(decoder(name)(sample), name).toEqual(sample)
  }
})

test('each field that the document requires is refused when it is missing', () => {
  let required = 0
  for (const [name, schema] of schemas) {
    for (const field of schema.required ?? []) {
      const sample = sampleOf(specification, schema) as JsonObject
      expect(() => decoder(name)(without(sample, field)), name).toThrow(`missing ${field}`)
      required++
    }
  }
  expect(required).toBe(130)
})
