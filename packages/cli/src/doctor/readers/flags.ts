import type { Properties } from '@headgate/auth'
import type { CatalogSettings } from '../catalog-settings.ts'
import { engineTraits, type EngineName } from '../engines/engine-traits.ts'
import { icebergNames } from '../engines/setting-names.ts'
import { readIceberg } from './read-iceberg.ts'

/** Description of a catalog by options of the command line. */
export interface FlagSettings {
  readonly engine: EngineName
  readonly engineVersion: string | undefined
  readonly uri: string
  readonly warehouse: string | undefined
  /** Auth properties from the options `--auth`, `--set` and `--properties`. */
  readonly properties: Properties
}

/**
 * Returns the settings of a client that follows the Iceberg REST specification, for the catalog that the command-line
 * options describe.
 */
export function readFlags({
  engine,
  engineVersion,
  uri,
  warehouse,
  properties,
}: FlagSettings): CatalogSettings {
  const texts = Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      value === undefined || typeof value === 'object' ? [] : [[name, String(value)] as const],
    ),
  )
  const read = readIceberg(texts, { delegation: ['vended-credentials'], exchangesTokens: true })
  const hasType = texts['rest.auth.type'] !== undefined || texts['auth.type'] !== undefined
  const ofAuth = Object.entries(properties).filter(
    ([name]) => !/^(headers?\.|s3\.|uri$|warehouse$|prefix$)/.test(name),
  )
  return {
    engine,
    engineVersion,
    source: 'the options',
    uri: uri.replace(/\/+$/, ''),
    ...read,
    warehouse: warehouse ?? read.warehouse,
    auth: hasType ? Object.fromEntries(ofAuth) : read.auth,
    tokenEndpoint: read.tokenEndpoint ?? texts['rest.auth.oauth2.token-endpoint'],
    userSession: false,
    caFile: undefined,
    names: {
      ...icebergNames('', `Send a token of the user from ${engineTraits[engine].label}.`),
      uri: '--uri',
      warehouse: '--warehouse',
    },
    problems: [],
  }
}
