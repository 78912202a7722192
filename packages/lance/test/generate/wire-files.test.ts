import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@headgate/json'
import { expect, test } from 'vitest'
import * as model from '../../src/model/index.ts'
import { inlineSchemas } from '../../generate/wire-file-names.ts'
import { createSample, without } from './sample.ts'
import { readSpecification } from '../../generate/specification.ts'
import { generateWireFiles } from '../../generate/generate-wire-files.ts'

const folder = join(import.meta.dirname, '../../src/model/wire')
const specification = await readSpecification()
const schemas = Object.entries(specification.components.schemas).filter(([name]) => !inlineSchemas.has(name))
const decoder = (name: string): model.Decoder<unknown> =>
  Reflect.get(model, `decode${name}`) as model.Decoder<unknown>

test('the files of src/model/wire equal the output of `npm run lance:model`', async () => {
  const files = await generateWireFiles(specification)
  expect(readdirSync(folder).toSorted()).toEqual([...files.keys()].toSorted())
  for (const [name, text] of files) expect(readFileSync(join(folder, name), 'utf8'), name).toBe(text)
})

test('every schema of the specification has a decoder that accepts a value with only the required members', () => {
  expect(schemas).toHaveLength(149)
  for (const [name, schema] of schemas) {
    const sample = createSample(specification, schema)
    expect(decoder(name)(sample), name).toEqual(sample)
  }
})

test('decoders refuse a value without one of the required members', () => {
  let required = 0
  for (const [name, schema] of schemas) {
    for (const field of schema.required ?? []) {
      const sample = createSample(specification, schema) as JsonObject
      expect(() => decoder(name)(without(sample, field)), name).toThrow(`missing ${field}`)
      required++
    }
  }
  expect(required).toBe(130)
})
