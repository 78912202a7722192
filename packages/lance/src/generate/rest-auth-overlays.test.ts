import { readFileSync } from 'node:fs'
import { AuthRegistry, isServerSettable } from '@headgate/auth'
import { describe, expect, test } from 'vitest'
import { type Plain, readYaml } from './read-yaml.ts'

// It stands here because the reader of YAML does, and it needs both the providers and the document of Lance.

type PlainMap = Readonly<Record<string, Plain>>

const read = (path: string): string =>
  readFileSync(new URL(`../../../../spec/${path}`, import.meta.url), 'utf8')

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value)
}

function mapOf(value: Plain | undefined): PlainMap {
  if (typeof value === 'object' && value !== null && !isList(value)) return value
  throw new Error(`not a map: ${JSON.stringify(value)}`)
}

function listOf(value: Plain | undefined): readonly Plain[] {
  if (value !== undefined && isList(value)) return value
  throw new Error(`not a list: ${JSON.stringify(value)}`)
}

/** What an action makes of a document. Targets are paths of names, as `$.components.schemas`. */
function updated(document: Plain, path: readonly string[], update: Plain): Plain {
  const [name, ...rest] = path
  if (name === undefined) return isList(document) ? [...document, update] : merged(document, update)
  const map = mapOf(document)
  if (!Object.hasOwn(map, name)) throw new Error(`the document has no ${name}`)
  return { ...map, [name]: updated(map[name] ?? null, rest, update) }
}

/** As overlays merge, but for values that are there already: our overlays add, and change nothing. */
function merged(before: Plain, update: Plain): Plain {
  const map = mapOf(before)
  const added = Object.entries(mapOf(update)).map(([name, value]): [string, Plain] => [
    name,
    Object.hasOwn(map, name) ? merged(map[name] ?? null, value) : value,
  ])
  return { ...map, ...Object.fromEntries(added) }
}

/** All `$ref`s below a value. */
function refsOf(value: Plain): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if (isList(value)) return value.flatMap((each) => refsOf(each))
  return Object.entries(value).flatMap(([name, each]) =>
    name === '$ref' && typeof each === 'string' ? [each] : refsOf(each),
  )
}

/** The types of our document with their parameters, from its table. */
function typesOfDocument(): Readonly<Record<string, readonly string[]>> {
  const table = read('rest-auth-extension.md').split('### Types')[1]?.split('\n\n')[1] ?? ''
  const rows = [...table.matchAll(/^\| `([^`]+)` \|[^|]*\|(.*)\|$/gm)]
  return Object.fromEntries(
    rows.map(([, type = '', parameters = '']) => [
      type,
      [...parameters.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    ]),
  )
}

async function overlaid(overlay: string, document: string) {
  const { overlay: version, extends: base, actions } = mapOf(await readYaml(read(overlay)))
  const before = await readYaml(read(document))
  const after = listOf(actions).reduce((text, action) => {
    const { target, update = null } = mapOf(action)
    const path = typeof target === 'string' ? /^\$((?:\.\w+)+)$/.exec(target)?.[1] : undefined
    if (path === undefined) throw new Error(`not a target: ${JSON.stringify(target)}`)
    return updated(text, path.split('.').slice(1), update)
  }, before)
  const components = mapOf(mapOf(after)['components'])
  const schemes = mapOf(components['securitySchemes'])
  const types = Object.values(schemes).map((scheme) => mapOf(mapOf(scheme)['x-rest-auth'])['type'])
  const schemas = mapOf(components['schemas'])
  const [pinned, extended] = [mapOf(before), mapOf(after)]
  return { overlay, document, version, base, before: pinned, after: extended, schemes, types, schemas }
}

const overlays = [
  await overlaid('rest-auth/iceberg.overlay.yaml', 'iceberg/rest-catalog-open-api.yaml'),
  await overlaid('rest-auth/lance.overlay.yaml', 'lance/spec.yaml'),
]

describe.each(overlays)('$overlay', ({ document, version, base, before, after, schemes, types, schemas }) => {
  test('fits the pinned document and offers each scheme as one more alternative', () => {
    expect(version).toBe('1.0.0')
    expect(base).toBe(`../${document}`)
    const alternatives = listOf(after['security'])
    expect(alternatives.slice(0, listOf(before['security']).length)).toEqual(before['security'])
    const names = alternatives.flatMap((each) => Object.keys(mapOf(each)))
    expect(names.toSorted()).toEqual(Object.keys(schemes).toSorted())
  })

  test('declares schemes of types that are registered providers', () => {
    expect(types.toSorted()).toEqual(Object.keys(typesOfDocument()).toSorted())
    const { names } = new AuthRegistry()
    for (const type of types) expect(names).toContain(type)
  })

  test('lists types and parameters as the specification does', () => {
    expect(mapOf(schemas['RestAuthDelegate'])['x-parameters-by-type']).toEqual(typesOfDocument())
  })

  test('refers to schemas that are there', () => {
    const ours = ['ProtectedResourceMetadata', 'RestAuth', 'RestAuthScheme', 'RestAuthDelegate']
    const refs = ours.flatMap((name) => refsOf(schemas[name] ?? null))
    expect(new Set(refs)).toEqual(new Set(ours.slice(1).map((name) => `#/components/schemas/${name}`)))
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(ours))
  })

  test('lists keys to refuse, which clients do refuse', () => {
    const keys = listOf(mapOf(after['components'])['x-rest-auth-refused']).map(String)
    const specification = read('rest-auth-extension.md')
    expect(keys).toContain('rest.*')
    for (const key of keys) {
      expect(isServerSettable(key.replaceAll('*', 'x')), key).toBe(false)
      expect(specification).toContain(`\`${key}\``)
    }
  })
})
