import type { SettingNames } from '../engines/setting-names.ts'
import { icebergNames } from '../engines/setting-names.ts'
import { parseJavaProperties } from './java-properties.ts'
import { readIceberg } from './read-iceberg.ts'
import { chooseCatalog, unreadable } from './read-error.ts'
import type { EngineReader, Entries } from './reader.ts'
import { resolveVariables } from './variables.ts'

const root = 'spark.sql.catalog.'

/** Reader of Spark configurations: `spark-defaults.conf`, a properties file, or a command with `--conf` options. */
export const spark: EngineReader = {
  engine: 'spark',
  matches: (text) => /\bspark\.sql\.catalog\.[^.\s=]+\.\S/.test(text),
  read: (input) => {
    const { source, catalog } = input
    const entries = parseSpark(input.text)
    const name = chooseCatalog(source, findCatalogs(entries), catalog, entries['spark.sql.defaultCatalog'])
    const prefix = `${root}${name}.`
    const { entries: properties, problems } = resolveVariables(below(entries, prefix), input, /^env:(\S+)$/g)
    const { uri } = properties
    if (uri === undefined)
      throw unreadable(source, `${prefix}uri is not set.`, `Set ${prefix}uri to the URL of the catalog.`)
    return {
      engine: 'spark',
      engineVersion: input.engineVersion,
      source,
      uri: uri.replace(/\/+$/, ''),
      ...readIceberg(properties, { delegation: [], exchangesTokens: true }),
      userSession: false,
      caFile: undefined,
      names: sparkNames(prefix),
      problems,
    }
  },
}

function parseSpark(text: string): Entries {
  const options = [...text.matchAll(/--conf[\s=]+(?:"([^"]*)"|'([^']*)'|(\S+))/g)]
  if (options.length === 0) return parseJavaProperties(text)
  return Object.fromEntries(
    options.flatMap(([, double, single, bare]): [string, string][] => {
      const setting = double ?? single ?? bare ?? ''
      const equals = setting.indexOf('=')
      return equals < 1 ? [] : [[setting.slice(0, equals), setting.slice(equals + 1)]]
    }),
  )
}

/** Lists the names of the catalogs that use the REST protocol. */
function findCatalogs(entries: Entries): readonly string[] {
  const names = Object.keys(entries).flatMap(
    (name) => /^spark\.sql\.catalog\.([^.]+)\.uri$/.exec(name)?.[1] ?? [],
  )
  return [...new Set(names)].filter((name) => {
    const type = entries[`${root}${name}.type`]
    const implementation = entries[`${root}${name}.catalog-impl`]
    return (
      type === 'rest' || (type === undefined && (implementation ?? 'RESTCatalog').endsWith('RESTCatalog'))
    )
  })
}

function below(entries: Entries, prefix: string): Entries {
  return Object.fromEntries(
    Object.entries(entries).flatMap(([name, value]): [string, string][] =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value]] : [],
    ),
  )
}

function sparkNames(prefix: string): SettingNames {
  return icebergNames(
    prefix,
    `A Spark session has one identity. Set ${prefix}token to a token of the user, or let the service in front of Spark exchange it (RFC 8693).`,
  )
}
