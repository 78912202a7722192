import { readFileSync } from 'node:fs'
import { AuthRegistry, isServerSettable } from '@headgate/auth'
import { describe, expect, test } from 'vitest'
import { type YamlValue, readYaml } from '../../generate/read-yaml.ts'

// Tests the OpenAPI overlays in spec/rest-auth, which add the declaration of authentication to the two specifications.

type YamlMap = Readonly<Record<string, YamlValue>>

const read = (path: string): string =>
  readFileSync(new URL(`../../../../spec/${path}`, import.meta.url), 'utf8')

function isList(value: YamlValue): value is readonly YamlValue[] {
  return Array.isArray(value)
}

function toMap(value: YamlValue | undefined): YamlMap {
  if (typeof value === 'object' && value !== null && !isList(value)) return value
  throw new Error(`Expected a map, found: ${JSON.stringify(value)}`)
}

function toList(value: YamlValue | undefined): readonly YamlValue[] {
  if (value !== undefined && isList(value)) return value
  throw new Error(`Expected a list, found: ${JSON.stringify(value)}`)
}

/** Applies the update of an overlay action at a path, such as the path of the target `$.components.schemas`. */
function applyUpdate(document: YamlValue, path: readonly string[], update: YamlValue): YamlValue {
  const [name, ...rest] = path
  if (name === undefined) return isList(document) ? [...document, update] : merge(document, update)
  const map = toMap(document)
  if (!Object.hasOwn(map, name)) throw new Error(`The document has no member ${name}.`)
  return { ...map, [name]: applyUpdate(map[name] ?? null, rest, update) }
}

/** Merges an update into a value as overlays do. Fails if it changes an existing value, because overlays must only add. */
function merge(before: YamlValue, update: YamlValue): YamlValue {
  const map = toMap(before)
  const added = Object.entries(toMap(update)).map(([name, value]): [string, YamlValue] => [
    name,
    Object.hasOwn(map, name) ? merge(map[name] ?? null, value) : value,
  ])
  return { ...map, ...Object.fromEntries(added) }
}

/** Returns all `$ref`s in a value. */
function collectRefs(value: YamlValue): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  if (isList(value)) return value.flatMap((each) => collectRefs(each))
  return Object.entries(value).flatMap(([name, each]) =>
    name === '$ref' && typeof each === 'string' ? [each] : collectRefs(each),
  )
}

/** Returns the authentication types and their parameters from the table in `rest-auth-extension.md`. */
function readDocumentedTypes(): Readonly<Record<string, readonly string[]>> {
  const table = read('rest-auth-extension.md').split('### Types')[1]?.split('\n\n')[1] ?? ''
  const rows = [...table.matchAll(/^\| `([^`]+)` \|[^|]*\|(.*)\|$/gm)]
  return Object.fromEntries(
    rows.map(([, type = '', parameters = '']) => [
      type,
      [...parameters.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    ]),
  )
}

async function applyOverlay(overlay: string, document: string) {
  const { overlay: version, extends: base, actions } = toMap(await readYaml(read(overlay)))
  const before = await readYaml(read(document))
  const after = toList(actions).reduce((text, action) => {
    const { target, update = null } = toMap(action)
    const path = typeof target === 'string' ? /^\$((?:\.\w+)+)$/.exec(target)?.[1] : undefined
    if (path === undefined) throw new Error(`The target is not a path of names: ${JSON.stringify(target)}`)
    return applyUpdate(text, path.split('.').slice(1), update)
  }, before)
  const components = toMap(toMap(after)['components'])
  const schemes = toMap(components['securitySchemes'])
  const types = Object.values(schemes).map((scheme) => toMap(toMap(scheme)['x-rest-auth'])['type'])
  const schemas = toMap(components['schemas'])
  const [pinned, extended] = [toMap(before), toMap(after)]
  return { overlay, document, version, base, before: pinned, after: extended, schemes, types, schemas }
}

const overlays = [
  await applyOverlay('rest-auth/iceberg.overlay.yaml', 'iceberg/rest-catalog-open-api.yaml'),
  await applyOverlay('rest-auth/lance.overlay.yaml', 'lance/spec.yaml'),
]

describe.each(overlays)('$overlay', ({ document, version, base, before, after, schemes, types, schemas }) => {
  test('the OpenAPI overlay extends the pinned document of its API, and adds each authentication scheme as an alternative', () => {
    expect(version).toBe('1.0.0')
    expect(base).toBe(`../${document}`)
    const alternatives = toList(after['security'])
    expect(alternatives.slice(0, toList(before['security']).length)).toEqual(before['security'])
    const names = alternatives.flatMap((each) => Object.keys(toMap(each)))
    expect(names.toSorted()).toEqual(Object.keys(schemes).toSorted())
  })

  test('the OpenAPI overlay declares only authentication schemes whose types are registered providers', () => {
    expect(types.toSorted()).toEqual(Object.keys(readDocumentedTypes()).toSorted())
    const { names } = new AuthRegistry()
    for (const type of types) expect(names).toContain(type)
  })

  test('the OpenAPI overlay lists the same types and parameters as rest-auth-extension.md', () => {
    expect(toMap(schemas['RestAuthDelegate'])['x-parameters-by-type']).toEqual(readDocumentedTypes())
  })

  test('the OpenAPI overlay refers only to schemas that exist', () => {
    const addedSchemas = ['ProtectedResourceMetadata', 'RestAuth', 'RestAuthScheme', 'RestAuthDelegate']
    const refs = addedSchemas.flatMap((name) => collectRefs(schemas[name] ?? null))
    expect(new Set(refs)).toEqual(
      new Set(addedSchemas.slice(1).map((name) => `#/components/schemas/${name}`)),
    )
    expect(Object.keys(schemas)).toEqual(expect.arrayContaining(addedSchemas))
  })

  test('the OpenAPI overlay lists as refused only keys that a server cannot set in clients', () => {
    const keys = toList(toMap(after['components'])['x-rest-auth-refused']).map(String)
    const specification = read('rest-auth-extension.md')
    expect(keys).toContain('rest.*')
    for (const key of keys) {
      expect(isServerSettable(key.replaceAll('*', 'x')), key).toBe(false)
      expect(specification).toContain(`\`${key}\``)
    }
  })
})
