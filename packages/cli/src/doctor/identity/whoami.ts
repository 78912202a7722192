import type { AuthProvider } from '@headgate/auth'
import { toObject } from '../http/describe-response.ts'
import { rawRequest } from '../http/raw-request.ts'
import type { DoctorContext } from '../context.ts'

/** Identity of the caller as a Headgate server identifies it. Other catalogs have no operation that returns it. */
export interface ArrivedIdentity {
  readonly principal: string
  /** All names of the principal: its name, its subject and its login. */
  readonly names: readonly string[]
  readonly actors: readonly string[]
  readonly groups: readonly string[]
  /** Method by which the caller was authenticated. */
  readonly method: string
}

/** Requests from the catalog which caller it identifies. Returns null if the catalog has no such operation. */
export async function askWhoAmI(
  context: DoctorContext,
  auth: AuthProvider | undefined,
): Promise<ArrivedIdentity | null> {
  const url = `${context.settings.uri}/management/v1/whoami`
  const response = await rawRequest(context, { method: 'GET', url, auth }).catch(() => null)
  if (response === null || response.status !== 200) return null
  const body = toObject(response.json)
  const principal = toObject(body['principal'])
  const { name } = principal
  if (typeof name !== 'string') return null
  const actors = Array.isArray(body['actors']) ? body['actors'] : []
  const groups = Array.isArray(body['groups']) ? body['groups'] : []
  const names = [name, principal['subject'], body['login']].flatMap((each) =>
    typeof each === 'string' ? [each] : [],
  )
  return {
    principal: name,
    names,
    actors: actors.flatMap((actor) => {
      const actorName = toObject(actor)['name']
      return typeof actorName === 'string' ? [actorName] : []
    }),
    groups: groups.flatMap((group) => (typeof group === 'string' ? [group] : [])),
    method: typeof body['method'] === 'string' ? body['method'] : 'unknown',
  }
}

export function formatIdentity({ principal, actors, groups, method }: ArrivedIdentity): string {
  const acting = actors.length === 0 ? 'nothing acts for it' : `${actors.join(', then ')} acts for it`
  return `the catalog sees ${principal}; ${acting}; groups ${groups.join(', ') || '–'}; proven by ${method}`
}
