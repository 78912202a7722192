import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { builtIns } from '../src/built-ins.ts'
import { create } from './context.ts'

interface Scheme {
  readonly type: string
  readonly parameters?: Readonly<Record<string, string>>
  readonly crit?: readonly string[]
  readonly delegate?: Scheme
}

interface ResourceDocument {
  readonly resource: string
  readonly authorization_servers?: readonly string[]
  readonly rest_auth: { readonly version: number; readonly schemes: readonly Scheme[] }
}

const text = await readFile(new URL('../../../spec/rest-auth-extension.md', import.meta.url), 'utf8')

/** Table in the specification with the types that a catalog may declare, and the parameters that it may set. */
const table = text.split('### Types')[1]?.split('\n\n')[1] ?? ''
const declarable = new Map(
  [...table.matchAll(/^\| `([^`]+)` \|[^|]*\|(.*)\|$/gm)].map(([, type = '', parameters = '']) => [
    type,
    [...parameters.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  ]),
)

function parseProperties(lines: string): Record<string, string> {
  const entries = lines.matchAll(/^([^=\n]+)=(.*)$/gm)
  return Object.fromEntries([...entries].map(([, name = '', value = '']) => [name, value.replace('…', 'x')]))
}

/** Pattern of an example: a heading, text, a document, and the configuration that a client derives from it. */
const form = /^### (.+)\n[^`]*```json\n([^]*?)```\n```properties\n([^]*?)```/gm
const examples = [...text.matchAll(form)].map(([, title = '', json = '', lines = '']) => ({
  title,
  document: JSON.parse(json) as ResourceDocument,
  properties: parseProperties(lines),
}))

describe('the types that a catalog may declare', () => {
  it('each type that a catalog may declare has a provider whose properties include the parameters of the type', async () => {
    expect(declarable.size).toBe(8)
    for (const [type, parameters] of declarable) {
      const provider = await builtIns[type]?.()
      expect(provider, type).toBeDefined()
      expect(Object.keys(provider?.keys ?? {}), type).toEqual(expect.arrayContaining(parameters))
    }
  })

  it('a catalog cannot declare parameters that select the origin or the target of credentials', () => {
    const sources = /endpoint|host|file|path$|client|profile|role|command|key|token$/
    for (const name of [...declarable.values()].flat()) expect(name).not.toMatch(sources)
  })
})

describe.each(examples)('the example "$title"', ({ document, properties }) => {
  const { schemes, version } = document.rest_auth

  it('the example in the rest-auth specification declares only types and parameters that a catalog may declare', () => {
    expect(version).toBe(1)
    for (const scheme of schemes.flatMap((each) => [each, each.delegate ?? each])) {
      const names = Object.keys(scheme.parameters ?? {})
      expect(declarable.get(scheme.type), scheme.type).toEqual(expect.arrayContaining(names))
      expect(names).toEqual(expect.arrayContaining([...(scheme.crit ?? [])]))
      const issuer = scheme.parameters?.['issuer-url']
      if (issuer !== undefined) expect(document.authorization_servers).toContain(issuer)
    }
  })

  it('the example in the rest-auth specification leads to the configuration that the specification shows, and the configuration is valid', async () => {
    const [first] = schemes
    const type = first?.type ?? ''
    const declared = Object.entries(first?.parameters ?? {}).map(([name, value]): [string, string] => [
      `rest.auth.${type}.${name}`,
      value,
    ])
    const delegate = first?.delegate?.type
    expect(properties).toMatchObject({
      'rest.auth.type': type,
      ...Object.fromEntries(declared),
      ...(delegate === undefined ? {} : { [`rest.auth.${type}.delegate-auth-type`]: delegate }),
    })
    const warnings: string[] = []
    await using auth = await create(properties, {
      uri: document.resource,
      env: { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' },
      fetch: () => Promise.reject(new Error('The test allows no requests')),
      initialize: false,
      warn: (message) => warnings.push(message),
    })
    expect(auth.authenticate).toBeTypeOf('function')
    expect(warnings).toEqual([])
  })
})

it('the rest-auth specification has an example for each kind of catalog', () => {
  expect(examples.map(({ document }) => document.rest_auth.schemes[0]?.type)).toEqual(
    expect.arrayContaining(['sigv4', 'sigv4a', 'google', 'entra', 'oauth2']),
  )
  expect(examples).toHaveLength(8)
})
