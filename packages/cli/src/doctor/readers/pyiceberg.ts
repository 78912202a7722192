import { resolve } from 'node:path'
import { parse } from 'yaml'
import { icebergNames } from '../engines/setting-names.ts'
import { readIceberg } from './read-iceberg.ts'
import { chooseCatalog, unreadable } from './read-error.ts'
import type { EngineReader, Entries, ReaderInput } from './reader.ts'

/**
 * Reader of `.pyiceberg.yaml`, and of the environment variables `PYICEBERG_CATALOG__…`, which override values of this
 * file.
 */
export const pyiceberg: EngineReader = {
  engine: 'pyiceberg',
  matches: (text) => /^catalog:\s*$/m.test(text) || /^["']?catalog["']?\s*:/m.test(text),
  read: (input) => {
    const { source } = input
    const catalogs = readCatalogs(input)
    const name = chooseCatalog(source, Object.keys(catalogs), input.catalog, 'default')
    const properties = catalogs[name] ?? {}
    const { uri } = properties
    if (uri === undefined) {
      throw unreadable(source, `the catalog ${name} has no uri.`, `Add uri: https://… below catalog.${name}.`)
    }
    const bundle = properties['ssl.cabundle']
    return {
      engine: 'pyiceberg',
      engineVersion: input.engineVersion,
      source,
      uri: uri.replace(/\/+$/, ''),
      ...readIceberg(properties, { delegation: ['vended-credentials'], exchangesTokens: false }),
      userSession: false,
      caFile: bundle === undefined ? undefined : resolve(input.folder, bundle),
      names: {
        ...icebergNames('', 'A catalog of PyIceberg has one identity. Set token to a token of the user.'),
        requestNoAccess: 'header.X-Iceberg-Access-Delegation: ""',
        withoutExchange: undefined,
      },
      problems: [],
    }
  },
}

function readCatalogs({ text, source, env }: ReaderInput): Readonly<Record<string, Entries>> {
  const catalogs = new Map<string, Record<string, string>>()
  for (const [name, value] of Object.entries(readObject(readYaml(text, source)['catalog'])))
    catalogs.set(name, flatten(readObject(value)))
  for (const [variable, value] of Object.entries(env)) {
    const path = /^PYICEBERG_CATALOG__(.+)$/i.exec(variable)?.[1]?.toLowerCase().split('__')
    const [name, ...levels] = path ?? []
    if (name === undefined || levels.length === 0 || value === undefined) continue
    const property = levels.map((level) => level.replaceAll('_', '-')).join('.')
    catalogs.set(name, { ...catalogs.get(name), [property]: value })
  }
  return Object.fromEntries([...catalogs].filter(isRest))
}

function isRest([, { type, uri }]: readonly [string, Entries]): boolean {
  return type === undefined ? /^https?:/i.test(uri ?? 'http:') : type.toLowerCase() === 'rest'
}

function readYaml(text: string, source: string): Readonly<Record<string, unknown>> {
  try {
    return readObject(parse(text))
  } catch (error) {
    // The text of the error can contain a secret of the file, so only the position is shown.
    const line = /line (\d+)/.exec(error instanceof Error ? error.message : '')?.[1]
    throw unreadable(
      source,
      `the file is not valid YAML${line === undefined ? '' : ` (line ${line})`}.`,
      'Correct the file.',
    )
  }
}

function readObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

/**
 * Flattens nested objects to one map, in which each name is the path of a value, joined by dots. PyIceberg does the
 * same.
 */
function flatten(value: Readonly<Record<string, unknown>>, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): [string, string][] => {
      if (inner === null || inner === undefined) return []
      if (typeof inner === 'object') return Object.entries(flatten(readObject(inner), `${prefix}${name}.`))
      return [[`${prefix}${name}`, `${inner as string | number | boolean}`]]
    }),
  )
}
