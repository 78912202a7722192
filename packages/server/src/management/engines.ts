import { z } from 'zod'
import {
  createEngine,
  deleteEngine,
  listEngines,
  nameWarehouses,
  requireEngine,
  updateEngine,
} from '../directory/engines.ts'
import { administerServer, type ManagementDeps, requestServerChange } from './administer.ts'
import { defineOperation, type ManagementOperation } from './define.ts'
import { engineChange, engineView, newEngine, toEngineView } from './engine-schemas.ts'
import { readPage } from './paging.ts'
import { idOrName, nextPageToken, pageParameters } from './schemas.ts'

const subject = 'engines'
const params = z.strictObject({
  engine: idOrName.describe(
    'Id of the principal of the engine, or its client id if it is a client of this server.',
  ),
})

export function engineOperations(deps: ManagementDeps): readonly ManagementOperation[] {
  const { sql, pageTokens } = deps

  return [
    defineOperation({
      id: 'createEngine',
      method: 'POST',
      path: '/management/v1/engines',
      subject,
      summary: 'Registers a principal as an engine, which may act for users within the limits of its entry.',
      body: newEngine,
      errors: {
        'already-exists': 'The principal is an engine.',
      },
      response: { status: 201, schema: engineView, description: 'The engine.' },
      run: async ({ body: { principal, ...entry } }, call) =>
        toEngineView(await createEngine(deps, requestServerChange(call), principal, entry)),
    }),
    defineOperation({
      id: 'listEngines',
      method: 'GET',
      path: '/management/v1/engines',
      subject,
      summary: 'Lists engines by name.',
      query: z.strictObject(pageParameters),
      response: {
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
        const engines = await Promise.all(rows.map((row) => nameWarehouses(sql, row)))
        return { engines: engines.map(toEngineView), nextPageToken }
      },
    }),
    defineOperation({
      id: 'getEngine',
      method: 'GET',
      path: '/management/v1/engines/:engine',
      subject,
      summary: 'Shows an engine.',
      params,
      response: { status: 200, schema: engineView, description: 'The engine.' },
      async run({ params }, call) {
        administerServer(call)
        return toEngineView(await nameWarehouses(sql, await requireEngine(sql, params.engine)))
      },
    }),
    defineOperation({
      id: 'updateEngine',
      method: 'PATCH',
      path: '/management/v1/engines/:engine',
      subject,
      summary:
        'Changes those fields of an engine entry that the request contains, also for running sessions. All other fields stay unchanged.',
      params,
      body: engineChange,
      response: { status: 200, schema: engineView, description: 'The engine with its changed entry.' },
      run: async ({ params, body }, call) =>
        toEngineView(await updateEngine(deps, requestServerChange(call), params.engine, body)),
    }),
    defineOperation({
      id: 'deleteEngine',
      method: 'DELETE',
      path: '/management/v1/engines/:engine',
      subject,
      summary:
        'Deletes an engine entry. All sessions of the engine end, including those in which it acts for users. The principal remains.',
      params,
      response: { status: 204, description: 'The engine entry was deleted.' },
      run: ({ params }, call) => deleteEngine(deps, requestServerChange(call), params.engine),
    }),
  ]
}
