import { type Json, type JsonObject, stringify } from '@headgate/json'
import type { Change, Prepare, Request } from './attempts.ts'
import { done } from './changes.ts'
import type { Client } from './fault-lake.ts'
import { newPrincipal } from './principal-changes.ts'
import { shown } from './warehouse-changes.ts'

const roles = '/management/v1/roles'
const engines = '/management/v1/engines'
const grants = '/management/v1/grants'

function post(path: string, body?: Json): Request {
  return { method: 'POST', path, ...(body === undefined ? {} : { body }) }
}

/** An object with the requests that create and revoke it. */
interface Pair {
  readonly give: Request
  readonly take: Request
  isThere(): Promise<boolean>
}

type Made = (client: Client, name: string) => Promise<Pair>

/** Returns a change that grants something, which can be revoked afterwards. */
export function giving(made: Made): Prepare {
  return async (client, name): Promise<Change> => {
    const { give, take, isThere } = await made(client, name)
    return {
      request: give,
      repeated: [201, 409],
      look: isThere,
      goOn: async () => void (await done(client, take)),
    }
  }
}

/** Returns a change that revokes something, which can be granted again afterwards. */
export function taking(made: Made): Prepare {
  return async (client, name): Promise<Change> => {
    const { give, take, isThere } = await made(client, name)
    await done(client, give)
    return {
      request: take,
      repeated: [404],
      look: async () => !(await isThere()),
      goOn: async () => void (await done(client, give)),
    }
  }
}

export const role: Made = (client, name) =>
  Promise.resolve({
    give: post(roles, { name }),
    take: { method: 'DELETE', path: `${roles}/${name}` },
    isThere: async () => (await shown(client, `${roles}/${name}`)) !== null,
  })

export const membership: Made = async (client, name) => {
  await done(client, post(roles, { name }))
  await done(client, newPrincipal(name))
  const members = `${roles}/${name}/members`
  return {
    give: post(`${members}/add`, { principal: name }),
    take: post(`${members}/remove`, { principal: name }),
    isThere: async () => countIn(await shown(client, members), 'members') === 1,
  }
}

export const grant: Made = async (client, name) => {
  await done(client, newPrincipal(name))
  const body = { privilege: 'select', on: { warehouse: 'lakehouse' }, to: { principal: name } }
  return {
    give: post(grants, body),
    take: post(`${grants}/revoke`, body),
    isThere: async () => countIn(await shown(client, `${grants}?principal=${name}`), 'grants') === 1,
  }
}

export const engine: Made = async (client, name) => {
  await done(client, newPrincipal(name))
  return {
    give: post(engines, { principal: name }),
    take: { method: 'DELETE', path: `${engines}/${name}` },
    isThere: async () => (await shown(client, `${engines}/${name}`)) !== null,
  }
}

/** Prepares a change of two settings of an engine's entry. */
export const changeEngine: Prepare = async (client, name) => {
  await done(client, (await engine(client, name)).give)
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
