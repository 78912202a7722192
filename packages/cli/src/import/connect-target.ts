import { AuthRegistry, type Properties } from '@headgate/auth'
import { type OperationId, RestCatalog } from '@headgate/iceberg/client'
import { CliError } from '../cli-error.ts'
import { readCredential } from '../connection/credential.ts'
import { exitCode } from '../exit-code.ts'
import { loginProvider } from '../login/login-provider.ts'
import type { Session } from '../session.ts'
import { type Side, toImportError } from './side.ts'

const needed: readonly OperationId[] = ['registerTable', 'registerView', 'listViews']

/**
 * Connects to the target of an import, which is the server that the command uses. The session is renewed for as long
 * as the import runs.
 *
 * @throws CliError when the server does not respond, refuses the credential, or cannot register tables and views
 */
export async function connectTarget({
  io,
  out,
  settings,
  warehouse,
}: Session): Promise<Side & AsyncDisposable> {
  const url = settings.url.value
  const side = { role: 'target', url } as const
  const warn = (text: string): void => out.warn(text)
  const registry = new AuthRegistry()
  registry.register('login', loginProvider({ ...settings.logins, env: io.env, warn }))
  let catalog: RestCatalog
  try {
    catalog = await RestCatalog.connect({
      uri: url,
      warehouse,
      properties: toProperties(settings),
      registry,
      accessDelegation: [],
      tableCache: false,
      timeoutMs: settings.timeoutMs,
      warn,
    })
  } catch (error) {
    throw toImportError(side, error)
  }
  const missing = needed.find((operation) => !catalog.supports(operation))
  if (missing === undefined) {
    return { ...side, catalog, [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose]() }
  }
  await catalog[Symbol.asyncDispose]()
  throw new CliError(exitCode.usage, `The server at ${url} does not support ${missing}.`, {
    next: 'Set --url to a Headgate server of this version or a later one.',
  })
}

function toProperties({ url, credential, login }: Session['settings']): Properties {
  if (login !== undefined) return { 'rest.auth.type': 'login', 'rest.auth.login.name': login }
  const client = readCredential(credential)
  if (client === null) return { 'rest.auth.type': 'none' }
  return {
    'rest.auth.type': 'oauth2',
    'rest.auth.oauth2.token-endpoint': `${url.value}/v1/oauth/tokens`,
    'rest.auth.oauth2.client-id': client.id,
    'rest.auth.oauth2.client-secret': client.secret,
    'rest.auth.oauth2.scope': 'catalog',
  }
}
