import { authProperties, type AuthOptions } from '../auth/auth-properties.ts'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import type { Session } from '../session.ts'
import type { CatalogSettings } from './catalog-settings.ts'
import type { EngineName } from './engines/engine-traits.ts'
import { readFlags } from './readers/flags.ts'
import { readConfiguration } from './readers/read-configuration.ts'
import { readServer } from './readers/server.ts'

/** Options that name the catalog and the engine to check. */
export interface ChoiceOptions extends AuthOptions {
  readonly uri?: string
  readonly engine?: EngineName
  readonly engineVersion?: string
  readonly catalog?: string
}

/**
 * Returns the catalog settings to check: from the configuration file of an engine, from options that describe a
 * catalog, or for the server that the command line uses.
 *
 * @throws CliError for options that contradict each other, and for a file that cannot be read
 */
export function chooseSettings(
  session: Session,
  file: string | undefined,
  options: ChoiceOptions,
): CatalogSettings {
  const { io, out, settings } = session
  const { uri, engine, engineVersion, catalog } = options
  const hasAuth = options.auth !== undefined || options.set !== undefined || options.properties !== undefined
  if (file !== undefined && (uri !== undefined || hasAuth)) {
    throw new CliError(
      exitCode.usage,
      'A configuration file and the options --uri, --auth, --set and --properties cannot be combined.',
      {
        next: 'Use the file of the engine, or only options.',
      },
    )
  }
  if (file !== undefined) return checkUri(readConfiguration(io, { file, engine, engineVersion, catalog }))
  if (uri === undefined && !hasAuth) {
    const own = readServer(session)
    return engine === undefined ? own : { ...own, engine, engineVersion }
  }
  const properties = authProperties(io.cwd, options, (text) => out.warn(text))
  const inFile = properties['uri']
  const named = uri ?? (inFile === undefined || typeof inFile === 'object' ? undefined : String(inFile))
  if (named === undefined) {
    throw new CliError(exitCode.usage, 'The options name no catalog.', { next: 'Add --uri with its URL.' })
  }
  const warehouse = settings.warehouse.source === 'default' ? undefined : settings.warehouse.value
  return checkUri(readFlags({ engine: engine ?? 'any', engineVersion, uri: named, warehouse, properties }))
}

function checkUri(settings: CatalogSettings): CatalogSettings {
  const url = URL.parse(settings.uri)
  if (url !== null && /^https?:$/.test(url.protocol)) return settings
  throw new CliError(
    exitCode.usage,
    `${settings.source}: ${settings.names.uri} is not the URL of a catalog.`,
    {
      next: `Set ${settings.names.uri} to a URL such as https://catalog.example.com.`,
    },
  )
}
