import { HeadgateError } from '@headgate/errors'
import { z } from 'zod'
import type { Call } from '../http/operation.ts'
import {
  deleteEngine,
  type EngineRow,
  type EngineSettings,
  findEngine,
  insertEngine,
  listEngines,
  type SubjectRule,
  updateEngine,
} from '../store/engines.ts'
import { ownIssuer, stopPrincipalSessions } from '../store/principals.ts'
import { findWarehouse, findWarehouseById } from '../store/warehouses.ts'
import { administerServer, changePolicy, type ManagementParts } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import {
  changedEntry,
  engineChange,
  type EngineEntry,
  entryOf,
  newEngine,
  type EngineView,
  engineView,
  viewOfEngine,
} from './engine-schemas.ts'
import { refuseUnknownSubjects } from './engine-subjects.ts'
import { readPage } from './paging.ts'
import { principalOf, refuseSelf } from './principals.ts'
import { idOrName, isId, nextPageToken, pageParameters } from './schemas.ts'

const subject = 'engines'
const params = z.strictObject({
  engine: idOrName.describe('The id of its principal, or the client id of one made here.'),
})

export function engineOperations(parts: ManagementParts): readonly ManagementOperation[] {
  const { sql, pageTokens, issuers } = parts

  async function engineOf(given: string): Promise<EngineRow> {
    const { id, name } = await principalOf(sql, given)
    const row = await findEngine(sql, id)
    if (row) return row
    throw new HeadgateError(
      'no-such-object',
      `The principal ${name} is not registered as an engine: headgate engine add ${name}`,
    )
  }

  async function shown(row: EngineRow): Promise<EngineView> {
    const ids = row.warehouses ?? []
    const found = await Promise.all(ids.map((id) => findWarehouseById(sql, id)))
    return viewOfEngine(row, (id) => found.find((warehouse) => warehouse?.id === id)?.name)
  }

  /** What is stored of an entry: warehouses by id. */
  async function settingsOf({ warehouses, ...entry }: EngineEntry): Promise<EngineSettings> {
    refuseContradictions(entry, issuers)
    return {
      ...entry,
      warehouses: warehouses === null ? null : await Promise.all(warehouses.map(warehouseId)),
    }
  }

  async function warehouseId(given: string): Promise<string> {
    const row = isId(given) ? await findWarehouseById(sql, given) : await findWarehouse(sql, given)
    if (row) return row.id
    // One that is gone stays in an entry under its id until the list is set anew.
    if (isId(given)) return given.toLowerCase()
    throw new HeadgateError('no-such-warehouse', `There is no warehouse ${given}.`)
  }

  async function save(
    call: Call,
    row: Pick<EngineRow, 'id' | 'name'>,
    entry: EngineEntry,
    before: readonly SubjectRule[],
    write: (settings: EngineSettings) => Parameters<typeof changePolicy<boolean>>[3],
    otherwise: () => HeadgateError,
  ): Promise<EngineView> {
    const decision = administerServer(call)
    call.audit.object = row.name
    await refuseUnknownSubjects(parts, entry, new Set(before.map(({ issuer }) => issuer)))
    const settings = await settingsOf(entry)
    call.audit.detail = { ...settings }
    if (!(await changePolicy(parts, call, decision, write(settings)))) throw otherwise()
    return shown(await engineOf(row.id))
  }

  return [
    defineOperation({
      id: 'createEngine',
      method: 'POST',
      path: '/management/v1/engines',
      subject,
      summary: 'Registers a principal as an engine, which may act for users within its entry.',
      body: newEngine,
      answer: { status: 201, schema: engineView, description: 'The engine.' },
      async run({ body: { principal, ...entry } }, call) {
        administerServer(call)
        const row = await principalOf(sql, principal)
        refuseSelf(row, call.identity.principal.id, 'make an engine of')
        return save(
          call,
          row,
          entry,
          [],
          (settings) => (tx) => insertEngine(tx, row.id, settings),
          () =>
            new HeadgateError(
              'already-exists',
              `The principal ${row.name} is an engine already: headgate engine set ${row.name}`,
            ),
        )
      },
    }),
    defineOperation({
      id: 'listEngines',
      method: 'GET',
      path: '/management/v1/engines',
      subject,
      summary: 'Lists engines by name.',
      query: z.strictObject(pageParameters),
      answer: {
        status: 200,
        schema: z.strictObject({ engines: z.array(engineView), nextPageToken }),
        description: 'One page.',
      },
      async run({ query }, call) {
        administerServer(call)
        const { rows, nextPageToken } = await readPage(
          pageTokens,
          { list: 'engines', ...query },
          ([name, id], limit) =>
            listEngines(sql, { after: name !== undefined && id !== undefined ? { name, id } : null, limit }),
          (row) => [row.name, row.id],
        )
        return { engines: await Promise.all(rows.map(shown)), nextPageToken }
      },
    }),
    defineOperation({
      id: 'getEngine',
      method: 'GET',
      path: '/management/v1/engines/:engine',
      subject,
      summary: 'Shows an engine.',
      params,
      answer: { status: 200, schema: engineView, description: 'The engine.' },
      async run({ params }, call) {
        administerServer(call)
        return shown(await engineOf(params.engine))
      },
    }),
    defineOperation({
      id: 'updateEngine',
      method: 'PATCH',
      path: '/management/v1/engines/:engine',
      subject,
      summary: 'Changes what is given of an entry, for sessions that run as well, and leaves the rest.',
      params,
      body: engineChange,
      answer: { status: 200, schema: engineView, description: 'The engine as it is now.' },
      async run({ params, body }, call) {
        administerServer(call)
        const row = await engineOf(params.engine)
        return save(
          call,
          row,
          changedEntry(entryOf(row), body),
          row.subjects,
          (settings) => (tx) => updateEngine(tx, row.id, settings),
          () => new HeadgateError('no-such-object', `There is no engine ${row.name}.`),
        )
      },
    }),
    defineOperation({
      id: 'deleteEngine',
      method: 'DELETE',
      path: '/management/v1/engines/:engine',
      subject,
      summary:
        'Strikes an engine off: its sessions, and those in which it acts for users, end for good. The principal stays.',
      params,
      answer: { status: 204, description: 'It is no engine any more.' },
      async run({ params }, call) {
        const decision = administerServer(call)
        const row = await engineOf(params.engine)
        call.audit.object = row.name
        await changePolicy(parts, call, decision, async (tx) => {
          // They must not live again when it is registered anew, nor its own ones go on without the limits of an entry.
          await stopPrincipalSessions(tx, row.id, Date.now())
          return deleteEngine(tx, row.id)
        })
      },
    }),
  ]
}

function refuseContradictions(entry: Omit<EngineEntry, 'warehouses'>, issuers: ReadonlySet<string>): void {
  const { namesIssuer, unsignedSubjects, assertions, makesPrincipals } = entry
  if (namesIssuer === null && (unsignedSubjects || assertions || makesPrincipals)) {
    throw new HeadgateError(
      'bad-request',
      'An engine that states user names needs namesIssuer: the issuer whose users these names are.',
    )
  }
  if (makesPrincipals && namesIssuer === ownIssuer) {
    throw new HeadgateError(
      'bad-request',
      'An engine cannot make principals of Headgate itself: give its users a namesIssuer of their own, such as ldap.',
    )
  }
  // One that is made of a login would stand beside the one that the issuer's own token makes of its sub.
  if (makesPrincipals && namesIssuer !== null && issuers.has(namesIssuer)) {
    throw new HeadgateError(
      'bad-request',
      `An engine cannot make principals of ${namesIssuer}: only a token of this issuer says what their sub is. Leave makesPrincipals out: its users are known here once they have signed in.`,
    )
  }
}
