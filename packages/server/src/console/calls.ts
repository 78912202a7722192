import type { IncomingMessage } from 'node:http'
import { HeadgateError } from '@headgate/errors'
import type { ConsoleCall, FindConsoleCall } from '../operation/console-calls.ts'
import type { ProvenIdentity } from '../proven-identity.ts'
import type { ConsoleCookie } from './cookie.ts'
import { refuseInsecure, refuseOtherSites } from './same-origin.ts'

const prefix = '/console/api'

/**
 * Ids of the catalog operations that the page of the web console may call. They only read, and issue no storage
 * credentials.
 */
const catalogReads: ReadonlySet<string> = new Set([
  'getConfig',
  'listNamespaces',
  'loadNamespaceMetadata',
  'listTables',
  'loadTable',
  'planTableScan',
  'fetchScanTasks',
  'listViews',
  'loadView',
])

export interface ConsoleCallDeps {
  readonly cookie: ConsoleCookie
  /** Returns the identity of the session with this secret, or null when it has ended. */
  findIdentity(secret: string): Promise<ProvenIdentity | null>
  /** Returns the identity of callers without a session. Null: they must sign in. */
  readonly anonymous: (() => Promise<ProvenIdentity>) | null
}

/** Returns the function that recognizes requests of the web console by their path and authenticates them. */
export function consoleCalls(deps: ConsoleCallDeps): FindConsoleCall {
  const authenticate: ConsoleCall['authenticate'] = async (request, { id, path }) => {
    refuseOtherSites(request)
    if (!catalogReads.has(id) && !path.startsWith('/management/'))
      throw new HeadgateError('forbidden', `The console cannot call the operation ${id}.`)
    return identify(deps, request)
  }
  return (path) => (path.startsWith(`${prefix}/`) ? { path: path.slice(prefix.length), authenticate } : null)
}

async function identify(
  { cookie, findIdentity, anonymous }: ConsoleCallDeps,
  request: IncomingMessage,
): Promise<ProvenIdentity> {
  const secret = cookie.read(request)
  const identity = secret === null ? null : await findIdentity(secret)
  if (identity !== null) {
    refuseInsecure(request, cookie.isSecure)
    return identity
  }
  if (anonymous !== null) return anonymous()
  throw new HeadgateError('unauthenticated', 'The session of the console has ended. Sign in again.')
}
