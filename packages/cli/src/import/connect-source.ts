import { type AuthProvider, AuthRegistry, type Properties } from '@headgate/auth'
import { RestCatalog } from '@headgate/iceberg/client'
import { type AuthOptions, authProperties } from '../auth/auth-properties.ts'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'
import { loginProvider } from '../login/login-provider.ts'
import type { Session } from '../session.ts'
import { type Side, toImportError } from './side.ts'

/** Options that name the source catalog of an import. */
export interface SourceOptions extends AuthOptions {
  /** URL of the catalog, or a file with its properties. */
  readonly from: string
  readonly fromWarehouse?: string
}

/** Connection to the source catalog of an import, with the auth provider of its requests. */
export interface Source extends Side, AsyncDisposable {
  readonly warehouse: string | undefined
  readonly auth: AuthProvider
}

/**
 * Connects to the source catalog. Never requests storage access, because an import reads no data.
 *
 * @throws CliError for properties that are not valid, and when the catalog does not respond or refuses the credential
 */
export async function connectSource(session: Session, options: SourceOptions): Promise<Source> {
  const { io, out, settings } = session
  const warn = (text: string): void => out.warn(text)
  const { url, properties } = readSource(io.cwd, options, warn)
  const side = { role: 'source', url } as const
  const registry = new AuthRegistry()
  registry.register('login', loginProvider({ ...settings.logins, env: io.env, warn }))
  try {
    await using stack = new AsyncDisposableStack()
    const auth = stack.use(await registry.create(properties, { uri: url, env: io.env, warn }))
    const warehouse = options.fromWarehouse ?? toText(properties['warehouse'])
    const catalog = stack.use(
      await RestCatalog.connect({
        uri: url,
        ...(warehouse === undefined ? {} : { warehouse }),
        properties: withoutAuth(properties),
        auth,
        accessDelegation: [],
        tableCache: false,
        timeoutMs: settings.timeoutMs,
        warn,
      }),
    )
    const opened = stack.move()
    return {
      ...side,
      catalog,
      warehouse,
      auth,
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    }
  } catch (error) {
    throw toImportError(side, error)
  }
}

function readSource(
  cwd: string,
  options: SourceOptions,
  warn: (text: string) => void,
): { readonly url: string; readonly properties: Properties } {
  const { from, properties: file } = options
  const isUrl = /^https?:\/\//i.test(from)
  if (!isUrl && file !== undefined) {
    throw new CliError(exitCode.usage, '--from and --properties both name a file.', {
      next: 'Write the URL of the catalog after --from, or remove --properties.',
    })
  }
  const read = authProperties(cwd, isUrl ? options : { ...options, properties: from }, warn)
  const url = isUrl ? from : toText(read['uri'])
  if (url === undefined) {
    throw new CliError(exitCode.usage, `The properties in ${from} do not contain the URL of the catalog.`, {
      next: 'Add a line uri=https://catalog.example.com.',
    })
  }
  // Some catalogs that support views, such as Nessie, do not list their endpoints, so this property states that they
  // do. Other catalogs ignore it.
  return { url, properties: { 'view-endpoints-supported': 'true', ...read, uri: url } }
}

/** Removes the properties of the auth provider, because the provider is already created. */
function withoutAuth(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !name.startsWith('rest.auth.')))
}

function toText(value: Properties[string]): string | undefined {
  return value === undefined || typeof value === 'object' ? undefined : String(value)
}
