import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, test } from 'vitest'
import { generateClient } from '../../generate/generate-client.ts'
import { generateTypes } from '../../generate/generate-types.ts'
import {
  type DocumentedOperation,
  readOpenapiDocument,
  type Schema,
} from '../../generate/openapi-document.ts'

const folder = join(import.meta.dirname, '../../src/management/generated')

describe('src/management/generated', () => {
  it('the folder src/management/generated contains exactly the files that the generator returns (npm run docs)', async () => {
    const files = await generateClient(readOpenapiDocument())
    expect(readdirSync(folder).toSorted()).toEqual([...files.keys()].toSorted())
    for (const [name, text] of files) expect(readFileSync(join(folder, name), 'utf8'), name).toBe(text)
  })
})

test('the types of the web console equal those that the generator returns (npm run docs)', async () => {
  const file = join(import.meta.dirname, '../../../console/src/api/generated/management.ts')
  expect(readFileSync(file, 'utf8')).toBe(await generateTypes(readOpenapiDocument()))
})

describe('the generator', () => {
  const operation = (
    schema: Schema,
    parameters: DocumentedOperation['parameters'] = [],
  ): DocumentedOperation => ({
    operationId: 'getThing',
    summary: 'Shows a thing.',
    tags: ['things'],
    parameters,
    responses: { 200: { content: { 'application/json': { schema } } } },
  })
  const generate = async (path: string, get: DocumentedOperation, schemas: Record<string, Schema> = {}) => {
    const files = await generateClient({ paths: { [path]: { get } }, components: { schemas } })
    return (files.get('things.ts') ?? '').replaceAll(/\s+/g, ' ')
  }

  it('the generator of the client generates an input for each path parameter and for the query', async () => {
    const text = await generate(
      '/things/{thing}',
      operation({ type: 'string' }, [
        { name: 'thing', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'size', in: 'query', required: false, schema: { type: 'integer' } },
      ]),
    )
    expect(text).toContain('export type GetThingQuery = { readonly size?: number | undefined }')
    expect(text).toContain('path: path`/things/${thing}`, query')
  })

  it('the generator of the client generates types and decoders that accept unknown values of an enumeration', async () => {
    const text = await generate('/things', operation({ type: 'string', enum: ['a', 'b'] }))
    expect(text).toContain("export type GetThingResponse = OpenEnum<'a' | 'b'>")
    expect(text).toContain('z.ZodType<GetThingResponse> = z.string()')
  })

  it('the generator of the client declares the decoder of a component after the decoders of the components inside it', async () => {
    const schemas: Record<string, Schema> = {
      Outer: { type: 'object', properties: { inner: { $ref: '#/components/schemas/Inner' } }, required: [] },
      Inner: { type: ['string', 'null'] },
    }
    const document = {
      paths: { '/things': { get: operation({ $ref: '#/components/schemas/Outer' }) } },
      components: { schemas },
    }
    const text = (await generateClient(document)).get('schemas.ts') ?? ''
    expect(text.indexOf('const innerDecoder')).toBeLessThan(text.indexOf('const outerDecoder'))
    expect(text).toContain('inner: innerDecoder.optional()')
  })

  it('the generator of the client generates strict schemas of requests with their limits, defaults and descriptions', async () => {
    const schemas: Record<string, Schema> = {
      Vending: {
        oneOf: [
          { type: 'object', properties: { mode: { type: 'string', const: 'none' } }, required: ['mode'] },
          {
            type: 'object',
            properties: {
              mode: { type: 'string', const: 'static' },
              sure: { type: 'boolean', const: true },
              seconds: { type: 'integer', exclusiveMinimum: 0, maximum: 9, description: 'Life.' },
            },
            required: ['mode', 'sure'],
          },
        ],
      },
      EngineChange: {
        type: 'object',
        properties: { rules: { type: 'array', items: { $ref: '#/components/schemas/Rule' }, maxItems: 3 } },
        required: [],
      },
      Rule: {
        type: 'object',
        properties: { pattern: { type: 'string', default: '*' } },
        required: ['pattern'],
      },
    }
    const text = (await generateClient({ paths: {}, components: { schemas } })).get('requests.ts') ?? ''
    const line = text.replaceAll(/\s+/g, ' ')
    expect(line).toContain("z.discriminatedUnion('mode', [ z.strictObject({ mode: z.literal('none') })")
    expect(line).toContain('sure: z.literal(true)')
    expect(line).toContain("seconds: z.int().gt(0).max(9).describe('Life.').optional()")
    expect(line).toContain("pattern: z.string().default('*')")
    expect(line).toContain('rules: z.array(ruleRequest).max(3).optional()')
    expect(text.indexOf('const ruleRequest')).toBeLessThan(text.indexOf('const engineChangeMembers'))
  })

  it('the generator of the client refuses a schema that contains itself', async () => {
    const schemas: Record<string, Schema> = {
      Tree: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
    }
    await expect(
      generate('/things', operation({ $ref: '#/components/schemas/Tree' }), schemas),
    ).rejects.toThrow('Tree contains itself')
  })
})
