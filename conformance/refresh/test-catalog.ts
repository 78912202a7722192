import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** Fault that the simulated catalog has on purpose, and that the suite must detect. */
export type Fault =
  | 'two credentials'
  | 'another prefix'
  | 'same token'
  | 'plan ignored'
  | 'reason revealed'
  | 'staged listed'
  | 'accepts tokens of any caller'
  | 'accepts tokens of any table'
  | 'token survives drop'
  | 'token ends with commit'
  | 'one token a name'
  | 'load takes token'
  | 'staged tables distinguished'
  | 'endpoint without token'
  | 'all requests refused'

interface Table {
  readonly id: string
  readonly location: string
}

interface Reply {
  readonly status: number
  readonly body?: unknown
}

interface Asked {
  readonly method: string
  readonly url: URL
  readonly caller: string
  readonly body: Readonly<Record<string, unknown>>
}

/**
 * Starts a simulated in-memory catalog that supports the refresh extension. Tests use it to check that the suite
 * detects faults.
 */
export async function testCatalog(
  options: { readonly oneTime?: boolean; readonly fault?: Fault } = {},
): Promise<AsyncDisposable & { readonly uri: string }> {
  const { oneTime = false, fault } = options
  const tables = new Map<string, Table>()
  const staged = new Map<string, Table & { readonly name: string }>()
  const tokens = new Map<string, Table & { readonly name: string; readonly owner: string }>()
  const committed = new Set<string>()

  const refused = (reason: string): Reply =>
    error(
      404,
      'NoSuchTableException',
      `The storageRefreshToken is not valid for this table and caller.${fault === 'reason revealed' ? ` It ${reason}.` : ''}`,
    )

  function credential(table: Table, name: string, owner: string, old?: string): Record<string, unknown> {
    const token = fault === 'same token' && old !== undefined ? old : randomUUID()
    if (fault === 'one token a name')
      for (const [known, { name: other }] of tokens) if (other === name) tokens.delete(known)
    tokens.set(token, { ...table, name, owner })
    const query = fault === 'endpoint without token' ? '' : `?storageRefreshToken=${token}`
    return {
      prefix: `${table.location}/`,
      config: {
        's3.access-key-id': randomUUID(),
        's3.secret-access-key': randomUUID(),
        's3.session-token-expires-at-ms': String(Date.now() + 3_600_000),
        'client.refresh-credentials-endpoint': `v1/namespaces/ns/tables/${name}/credentials${query}`,
      },
      'storage-refresh-token': token,
    }
  }

  function loaded(table: Table, name: string, owner: string): Reply {
    const metadata = { 'format-version': 2, 'table-uuid': table.id, location: table.location }
    const lists = { schemas: [{}], 'partition-specs': [{}], 'sort-orders': [{}] }
    return {
      status: 200,
      body: {
        metadata: { ...metadata, ...lists },
        config: {},
        'storage-credentials': [credential(table, name, owner)],
      },
    }
  }

  function renew(name: string, { url, caller }: Asked): Reply {
    const token = url.searchParams.get('storageRefreshToken')
    if (token === null) {
      const table = tables.get(name)
      if (table !== undefined)
        return { status: 200, body: { 'storage-credentials': [credential(table, name, caller)] } }
      const known = [...staged.values()].some((one) => one.name === name)
      return fault === 'staged tables distinguished' && known
        ? error(404, 'NoSuchTableException', 'This table is staged.')
        : missing()
    }
    if (url.searchParams.has('planId') && fault !== 'plan ignored')
      return error(400, 'BadRequestException', 'planId or storageRefreshToken')
    const found = tokens.get(token)
    if (found === undefined) return refused('is unknown')
    if (found.name !== name && fault !== 'accepts tokens of any table') return refused('is of another table')
    if (found.owner !== caller && fault !== 'accepts tokens of any caller')
      return refused('is of another principal')
    const holder = tables.get(name)
    if (holder !== undefined && holder.id !== found.id && fault !== 'accepts tokens of any table')
      return refused('is old')
    const gone = committed.has(found.id) && ![...tables.values()].some(({ id }) => id === found.id)
    if (gone && fault !== 'token survives drop') return refused('is of a dropped table')
    if (fault === 'token ends with commit' && committed.has(found.id)) return refused('is over')
    if (oneTime) tokens.delete(token)
    const fresh = credential(found, name, found.owner, token)
    if (fault === 'another prefix') fresh['prefix'] = 'mem://'
    const list = fault === 'two credentials' ? [fresh, fresh] : [fresh]
    return { status: 200, body: { 'storage-credentials': list } }
  }

  function commit(name: string, { body, caller }: Asked): Reply {
    const updates = body['updates'] as readonly Readonly<Record<string, unknown>>[]
    const location = updates.find(({ action }) => action === 'set-location')?.['location']
    const made = [...staged.values()].find((one) => one.location === location)
    if (made === undefined) return error(400, 'BadRequestException', 'not here')
    if (tables.has(name)) return error(409, 'CommitFailedException', 'there already')
    staged.delete(made.id)
    committed.add(made.id)
    tables.set(name, { id: made.id, location: made.location })
    return loaded(made, name, caller)
  }

  function create({ body, caller }: Asked): Reply {
    const name = String(body['name'])
    const id = randomUUID()
    const table = { id, location: `mem://${id}` }
    if (tables.has(name)) return error(409, 'AlreadyExistsException', 'there already')
    if (body['stage-create'] === true) staged.set(id, { ...table, name })
    else {
      tables.set(name, table)
      committed.add(id)
    }
    return loaded(table, name, caller)
  }

  function onTable(name: string, asked: Asked): Reply {
    const table = tables.get(name)
    if (asked.method === 'POST') return commit(name, asked)
    const token = asked.url.searchParams.get('storageRefreshToken')
    const opened = token === null ? undefined : tokens.get(token)
    if (fault === 'load takes token' && opened !== undefined) return loaded(opened, name, asked.caller)
    if (table === undefined) return missing()
    if (asked.method === 'DELETE') {
      tables.delete(name)
      return { status: 204 }
    }
    return loaded(table, name, asked.caller)
  }

  function respond(asked: Asked): Reply {
    const { method, url, caller, body } = asked
    const path = url.pathname
    if (path === '/v1/config') return { status: 200, body: { defaults: {}, overrides: {} } }
    if (caller === '' && fault !== 'all requests refused')
      return error(401, 'NotAuthorizedException', 'The request contains no valid access token.')
    const table = /\/tables\/([^/]+)(\/credentials)?$/.exec(path)
    if (path === '/v1/tables/rename') {
      const [from, to] = ['source', 'destination'].map((key) => (body[key] as { name: string }).name)
      const moved = tables.get(from ?? '')
      if (moved === undefined) return missing()
      tables.delete(from ?? '')
      tables.set(to ?? '', moved)
      return { status: 204 }
    }
    if (table?.[2] !== undefined) return renew(table[1] ?? '', asked)
    if (table?.[1] !== undefined) return onTable(table[1], asked)
    if (!path.endsWith('/tables')) return method === 'DELETE' ? { status: 204 } : { status: 200, body: {} }
    if (method === 'POST') return create(asked)
    const shown = fault === 'staged listed' ? [...staged.values()].map(({ name }) => name) : []
    const identifiers = [...tables.keys(), ...shown].map((name) => ({ namespace: ['ns'], name }))
    return { status: 200, body: { identifiers } }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request)
    const caller = (request.headers.authorization ?? '').replace('Bearer ', '')
    const url = new URL(request.url ?? '/', 'http://test')
    const body = (text === '' ? {} : JSON.parse(text)) as Asked['body']
    const reply = respond({ method: request.method ?? 'GET', url, caller, body })
    const sent = reply.body === undefined ? '' : JSON.stringify(reply.body)
    response.writeHead(reply.status, { 'content-type': 'application/json' }).end(sent)
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    uri: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const piece of request) text += String(piece)
  return text
}

function error(status: number, type: string, message: string): Reply {
  return { status, body: { error: { code: status, type, message } } }
}

function missing(): Reply {
  return error(
    404,
    'NoSuchTableException',
    'The table does not exist. If it is staged, send its storageRefreshToken.',
  )
}
