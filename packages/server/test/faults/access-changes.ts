import { type Json, type JsonObject, stringify } from '@headgate/json'
import type { Change, Prepare, Request } from './attempts.ts'
import { done } from './changes.ts'
import type { Client } from './fault-fixture.ts'
import { newPrincipal } from './principal-changes.ts'
import { shown } from './warehouse-changes.ts'

const roles = '/management/v1/roles'
const engines = '/management/v1/engines'
const grants = '/management/v1/grants'

function post(path: string, body?: Json): Request {
  return { method: 'POST', path, ...(body === undefined ? {} : { body }) }
}

/** A grant, membership or similar object, with the requests that add and remove it. */
interface Pair {
  readonly add: Request
  readonly remove: Request
  isThere(): Promise<boolean>
}

type Made = (client: Client, name: string) => Promise<Pair>

/** Prepares a change that adds a grant or membership. The change can be undone afterwards. */
export function giving(made: Made): Prepare {
  return async (client, name): Promise<Change> => {
    const { add, remove, isThere } = await made(client, name)
    return {
      request: add,
      repeated: [201, 409],
      look: isThere,
      goOn: async () => void (await done(client, remove)),
    }
  }
}

/** Prepares a change that removes a grant or membership. The object can be added again afterwards. */
export function taking(made: Made): Prepare {
  return async (client, name): Promise<Change> => {
    const { add, remove, isThere } = await made(client, name)
    await done(client, add)
    return {
      request: remove,
      repeated: [404],
      look: async () => !(await isThere()),
      goOn: async () => void (await done(client, add)),
    }
  }
}

export const role: Made = (client, name) =>
  Promise.resolve({
    add: post(roles, { name }),
    remove: { method: 'DELETE', path: `${roles}/${name}` },
    isThere: async () => (await shown(client, `${roles}/${name}`)) !== null,
  })

export const membership: Made = async (client, name) => {
  await done(client, post(roles, { name }))
  await done(client, newPrincipal(name))
  const members = `${roles}/${name}/members`
  return {
    add: post(`${members}/add`, { principal: name }),
    remove: post(`${members}/remove`, { principal: name }),
    isThere: async () => countIn(await shown(client, members), 'members') === 1,
  }
}

export const grant: Made = async (client, name) => {
  await done(client, newPrincipal(name))
  const body = { privilege: 'select', on: { warehouse: 'lakehouse' }, to: { principal: name } }
  return {
    add: post(grants, body),
    remove: post(`${grants}/revoke`, body),
    isThere: async () => countIn(await shown(client, `${grants}?principal=${name}`), 'grants') === 1,
  }
}

export const engine: Made = async (client, name) => {
  await done(client, newPrincipal(name))
  return {
    add: post(engines, { principal: name }),
    remove: { method: 'DELETE', path: `${engines}/${name}` },
    isThere: async () => (await shown(client, `${engines}/${name}`)) !== null,
  }
}

/** Prepares a change of two settings in the entry of an engine. */
export const changeEngine: Prepare = async (client, name) => {
  await done(client, (await engine(client, name)).add)
  const path = `${engines}/${name}`
  const before = await shown(client, path)
  const wanted = { refreshes: before?.['refreshes'] !== true, tokenSeconds: 777 }
  return {
    request: { method: 'PATCH', path, body: wanted },
    async look() {
      const now = both(await shown(client, path))
      if (now !== both(before) && now !== both(wanted)) throw new Error(`half changed: ${now}`)
      return now === both(wanted)
    },
    goOn: async () => void (await done(client, { method: 'DELETE', path })),
  }
}

function countIn(view: JsonObject | null, list: string): number {
  return (view?.[list] as unknown[] | undefined)?.length ?? 0
}

function both(view: JsonObject | null): string {
  return stringify([view?.['refreshes'] ?? null, view?.['tokenSeconds'] ?? null])
}
