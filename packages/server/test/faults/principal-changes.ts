import { expect } from 'vitest'
import type { Change, Prepare, Request } from './attempts.ts'
import { done } from './changes.ts'
import type { Client } from './fault-fixture.ts'
import type { TimedResponse } from './send.ts'
import { shown } from './warehouse-changes.ts'

const principals = '/management/v1/principals'

/** Returns a request that creates a principal. */
export function newPrincipal(name: string): Request {
  return { method: 'POST', path: principals, body: { name } }
}

/** Prepares changes of principals and their secrets. `url` returns the URL of the current server. */
export function principalChanges(
  url: () => string,
): Readonly<Record<'create' | 'rotate' | 'dropOld' | 'disable' | 'stop' | 'remove', Prepare>> {
  async function token(name: string, secret: string): Promise<string | null> {
    const response = await fetch(`${url()}/v1/oauth/tokens`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: name,
        client_secret: secret,
      }),
    })
    expect(response.status).toBeOneOf([200, 401])
    return response.ok ? String(Object(await response.json()).access_token) : null
  }

  const isLetIn = async (bearer: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${bearer}` }
    const { status } = await fetch(`${url()}/management/v1/whoami`, { headers })
    expect(status).toBeOneOf([200, 401, 403])
    return status === 200
  }

  /**
   * Adds another secret to a principal, because the response that contained the former secret may be lost.
   */
  async function addSecret(client: Client, name: string): Promise<void> {
    if ((await countSecrets(client, name)) === 2)
      await done(client, { method: 'DELETE', path: `${principals}/${name}/secrets/old` })
    const added = await done(client, { method: 'POST', path: `${principals}/${name}/secrets` })
    expect(await token(name, secretIn(added.json))).not.toBeNull()
  }

  /** Prepares a change of an existing principal: the request, and a check of the result. */
  function change(
    action: Pick<Request, 'method'> & { readonly below: string; readonly repeated?: readonly number[] },
    secrets: number,
    isDone: (client: Client, name: string, of: { secret: string; bearer: string }) => Promise<boolean>,
    goOn: (client: Client, name: string) => Promise<unknown>,
  ): Prepare {
    return async (client, name): Promise<Change> => {
      const made = await done(client, newPrincipal(name))
      const secret = secretIn(Object(made.json).secret)
      const bearer = String(await token(name, secret))
      expect(await isLetIn(bearer)).toBe(true)
      for (let more = 1; more < secrets; more += 1) await addSecret(client, name)
      return {
        request: { method: action.method, path: `${principals}/${name}${action.below}` },
        repeated: action.repeated ?? [],
        look: () => isDone(client, name, { secret, bearer }),
        goOn: async () => void (await goOn(client, name)),
      }
    }
  }

  return {
    create: (client, name) =>
      Promise.resolve({
        request: newPrincipal(name),
        repeated: [201, 409],
        async look() {
          const secrets = await countSecrets(client, name)
          // Either the principal does not exist (null), or it has its secret. A principal without its secret would be
          // an incomplete change.
          expect(secrets).toBeOneOf([null, 1])
          return secrets === 1
        },
        goOn: () => addSecret(client, name),
      }),
    rotate: change(
      { method: 'POST', below: '/secrets', repeated: [201, 409] },
      1,
      async (client, name, { secret }) => {
        expect(await token(name, secret)).not.toBeNull()
        return (await countSecrets(client, name)) === 2
      },
      addSecret,
    ),
    dropOld: change(
      { method: 'DELETE', below: '/secrets/old', repeated: [404] },
      2,
      async (client, name, { secret }) => {
        const gone = (await countSecrets(client, name)) === 1
        expect((await token(name, secret)) === null).toBe(gone)
        return gone
      },
      addSecret,
    ),
    disable: change(
      { method: 'POST', below: '/disable' },
      1,
      async (_, name, { secret, bearer }) => {
        const out = !(await isLetIn(bearer))
        expect((await token(name, secret)) === null).toBe(out)
        return out
      },
      async (client, name) => {
        await done(client, { method: 'POST', path: `${principals}/${name}/enable` })
        await addSecret(client, name)
      },
    ),
    stop: change(
      { method: 'POST', below: '/stop-sessions' },
      1,
      async (_client, _name, { bearer }) => !(await isLetIn(bearer)),
      addSecret,
    ),
    remove: change(
      { method: 'DELETE', below: '', repeated: [404] },
      1,
      async (client, name, { secret, bearer }) => {
        const gone = (await countSecrets(client, name)) === null
        expect([await isLetIn(bearer), (await token(name, secret)) !== null]).toEqual([!gone, !gone])
        return gone
      },
      (client, name): Promise<TimedResponse> => done(client, newPrincipal(name)),
    ),
  }
}

function secretIn(response: unknown): string {
  return String(Object(response).clientSecret)
}

/** Returns the number of secrets, or null when the principal does not exist. */
async function countSecrets(client: Client, name: string): Promise<number | null> {
  const view = await shown(client, `${principals}/${name}`)
  return view === null ? null : (view['secrets'] as unknown[]).length
}
